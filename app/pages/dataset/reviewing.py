"""What people say of the samples that are selected: shown in the side panel, said by its bar."""

from __future__ import annotations

from app.session import Session
from core.dataset.filtering import SampleIndex
from core.review.store import ReviewState
from widgets.filters import FilterBar
from widgets.gallery import GalleryView
from widgets.review.bar import ReviewBar


class Reviewing:
    """Brings the review bar, the gallery's selection and the filter by tag and state together."""

    def __init__(
        self, session: Session, bar: ReviewBar, gallery: GalleryView, filters: FilterBar
    ) -> None:
        self._session = session
        self._bar = bar
        self._gallery = gallery
        self._filters = filters
        self._index = SampleIndex(())
        curation = session.curation
        gallery.selection_changed.connect(self.show)
        curation.changed.connect(self._on_changed)
        bar.state_chosen.connect(lambda state: curation.set_state(self.selected(), state))
        bar.tag_added.connect(lambda tag: curation.add_tag(self.selected(), tag))
        bar.tag_removed.connect(lambda tag: curation.remove_tag(self.selected(), tag))
        bar.note_edited.connect(lambda note, samples: curation.set_note(samples, note))
        bar.exclude_requested.connect(lambda why: curation.exclude(self.selected(), why))
        bar.restore_requested.connect(lambda: curation.restore(self.selected()))
        bar.tag_rename_requested.connect(curation.rename_tag)
        bar.tag_delete_requested.connect(curation.delete_tag)

    def selected(self) -> list[str]:
        """The samples that are selected in the gallery; else the current one."""
        selected = self._gallery.selected
        current = self._session.current
        if current is not None and current not in selected:
            return [current]
        return selected

    def begin(self, index: SampleIndex) -> None:
        """Take over another dataset's samples."""
        self._index = index
        self._take(None)

    def show(self) -> None:
        """Show what is said of the selected samples."""
        curation = self._session.curation
        self._bar.show_samples(self.selected(), curation.reviews, curation.excluded)

    def choose_state(self, state: ReviewState) -> None:
        """Give the selected samples a review state, where that is seen."""
        if self._bar.isVisible():  # it is not while label sets are compared
            self._bar.choose_state(state)

    def open_tags(self) -> None:
        """Open the menu of tags."""
        if self._session.current is not None and self._bar.isVisible():
            self._bar.open_tag_menu()

    def _on_changed(self, changed: set[str] | None) -> None:
        # As with a mended mask, a sample that no longer fits the filter stays until that is set
        # anew: it must not vanish under the hand.
        self._take(changed)
        self.show()

    def _take(self, changed: set[str] | None) -> None:
        curation, index, filters = self._session.curation, self._index, self._filters
        index.set_review(curation.states(), curation.tags())
        index.set_excluded(curation.excluded)
        self._gallery.set_excluded(curation.excluded, changed)
        filters.set_tags(index.tag_counts())
        filters.set_states(index.state_counts(), len(curation.excluded), len(index))
        self._bar.set_known_tags(curation.known_tags())
