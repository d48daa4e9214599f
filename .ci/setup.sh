#!/usr/bin/env bash
# Makes .venv ready for the make targets. The first call installs; a later one only looks, in milliseconds.
#
# PYTHON=/path/to/python3 chooses the interpreter (3.11 or newer). Delete .venv to start over.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'setup: %s\n' "$*" >&2; }

# --- system packages -------------------------------------------------------------------------

as_root=()
may_use_apt() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] && return 0
  command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
  as_root=(sudo -n)
}

apt_updated=
apt_install() { # apt_install PACKAGE...: tells whether it worked
  may_use_apt || return 1
  say "installing with apt: $*"
  local environment=(env DEBIAN_FRONTEND=noninteractive)
  if [ -z "$apt_updated" ]; then
    "${as_root[@]}" apt-get update -qq </dev/null >&2 || true
    apt_updated=1
  fi
  "${as_root[@]}" "${environment[@]}" apt-get install -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends "$@" </dev/null >&2
}

# What PySide6's X11, Wayland and offscreen plugins, LabelMe's Qt 5 and OpenCV load: the library, and its package.
qt_libraries='
libEGL.so.1            libegl1
libGL.so.1             libgl1
libX11-xcb.so.1        libx11-xcb1
libdbus-1.so.3         libdbus-1-3
libfontconfig.so.1     libfontconfig1
libfreetype.so.6       libfreetype6
libgthread-2.0.so.0    libglib2.0-0
libwayland-cursor.so.0 libwayland-cursor0
libxcb-cursor.so.0     libxcb-cursor0
libxcb-icccm.so.4      libxcb-icccm4
libxcb-image.so.0      libxcb-image0
libxcb-keysyms.so.1    libxcb-keysyms1
libxcb-randr.so.0      libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-render.so.0     libxcb-render0
libxcb-shape.so.0      libxcb-shape0
libxcb-shm.so.0        libxcb-shm0
libxcb-sync.so.1       libxcb-sync1
libxcb-util.so.1       libxcb-util1
libxcb-xfixes.so.0     libxcb-xfixes0
libxcb-xinerama.so.0   libxcb-xinerama0
libxcb-xkb.so.1        libxcb-xkb1
libxkbcommon-x11.so.0  libxkbcommon-x11-0
libxkbcommon.so.0      libxkbcommon0
'

missing_qt_packages() {
  local ldconfig known library package
  ldconfig=$(PATH="$PATH:/sbin:/usr/sbin" command -v ldconfig) || return 0
  known=$("$ldconfig" -p 2>/dev/null) || return 0
  while read -r library package; do
    [ -z "$library" ] || [[ "$known" == *"$library "* ]] || echo "$package"
  done <<<"$qt_libraries"
  # Qt brings no font of its own.
  [ -n "$(find -L /usr/share/fonts /usr/local/share/fonts -name '*.[ot]tf' -print -quit 2>/dev/null)" ] ||
    echo fonts-dejavu-core
}

check_qt_libraries() {
  [ "$(uname -s)" = Linux ] || return 0
  local missing
  mapfile -t missing < <(missing_qt_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  apt_install "${missing[@]}" || true
  mapfile -t missing < <(missing_qt_packages)
  if [ "${#missing[@]}" -gt 0 ]; then
    say "the window needs system libraries that are not there; on Debian or Ubuntu they are had by:"
    say "  sudo apt-get install ${missing[*]}"
  fi
}

# --- Python ----------------------------------------------------------------------------------

is_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

find_python() { # prints the first Python that is new enough
  local candidate
  for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python}; do
    if command -v "$candidate" >/dev/null && is_python "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

make_venv() {
  local python
  if ! python=$(find_python); then
    [ -n "${PYTHON:-}" ] || apt_install python3 python3-venv || true
    python=$(find_python) || {
      say "Python 3.11 or newer is needed and was not found${PYTHON:+ at $PYTHON}."
      say "Install it (on Debian 12: sudo apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3 ..."
      exit 1
    }
  fi
  if ! has_venv "$python"; then
    apt_install "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" || true
    has_venv "$python" || {
      say "$python has no venv module. On Debian or Ubuntu: sudo apt-get install python3-venv"
      exit 1
    }
  fi
  say "making .venv with $python"
  "$python" -m venv --clear .venv
}

install_project() {
  local quiet=()
  [ -t 2 ] || quiet=(--quiet)
  pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input "$@" >&2; }
  say "installing the project and what it needs; the first time takes some minutes"
  # torch goes first and by its pinned version, so that nothing else chooses a build of it.
  pip install ${quiet[@]+"${quiet[@]}"} -c constraints.txt "$(grep '^torch==' constraints.txt)"
  pip install ${quiet[@]+"${quiet[@]}"} -c constraints.txt -e '.[dev,annotation]'
}

check_qt_libraries
# Scripts in a .venv name its folder: one that was moved, or whose Python is gone, is made anew. One
# that somebody made by hand is kept, with the torch that is in it.
made_in=$(cat .venv/.made-in 2>/dev/null || pwd)
if [ "$made_in" != "$(pwd)" ] || ! is_python .venv/bin/python; then
  make_venv
fi
pwd >.venv/.made-in
stamp=".venv/.stamp-$(cat pyproject.toml constraints.txt | cksum | tr ' ' '-')"
if [ ! -e "$stamp" ]; then
  install_project
  rm -f .venv/.stamp-*
  touch "$stamp"
  say "ready"
fi
