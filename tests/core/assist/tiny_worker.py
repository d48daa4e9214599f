"""The helper itself, with osam's EfficientSAM (10M) made of the tiny pair: run as a script.

TINY_ENCODINGS names a file that gets a line each time a photo is encoded.
"""

import os
from pathlib import Path

from osam import apis, types

from core.assist.worker import main
from tests.making_onnx import tiny_decoder, tiny_encoder


def install() -> None:
    kind = apis.get_model_type_by_name("efficientsam:10m")
    kind._blobs = {
        name: types.Blob(url=f"https://weights.invalid/tiny_{name}.onnx", hash=f"sha256:{digest}")
        for name, digest in (("encoder", tiny_encoder().digest), ("decoder", tiny_decoder().digest))
    }
    encode = kind._encode_image
    log = os.environ.get("TINY_ENCODINGS")

    def noted(self, image):
        if log:
            with Path(log).open("a") as stream:
                stream.write(f"{image.shape}\n")
        return encode(self, image)

    kind._encode_image = noted


if __name__ == "__main__":
    install()
    main()
