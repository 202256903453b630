"""A time-stamp authority of our own, made with `openssl`: good certificates, and those that should be refused."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

SETTINGS = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""

USE = "critical, timeStamping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A root, and what it signs for; a file each in its folder."""

    folder: Path

    @property
    def root(self) -> Path:
        """The certificate to trust."""
        return self.folder / "root.pem"

    def stamp(self, data: bytes, *, use: str = USE, digest: str = "sha256", ended: bool = False) -> bytes:
        """Return the response over `data` by a certificate with that extended use, `ended` before its time-stamp or not."""
        self._certificate(use, ended=ended)
        (self.folder / "data").write_bytes(data)
        self.openssl("ts", "-query", "-data", "data", f"-{digest}", "-cert", "-out", "tsq")
        signing = ("-signer", "tsa.pem", "-inkey", "tsa.key", "-config", "settings", "-section", "tsa")
        self.openssl("ts", "-reply", "-queryfile", "tsq", *signing, "-out", "tsr")
        return (self.folder / "tsr").read_bytes()

    def misused(self, data: bytes, use: str) -> bytes:
        """Return a response signed by a certificate of another use, which `openssl ts` would not make."""
        self.stamp(data)
        self.openssl("ts", "-reply", "-in", "tsr", "-token_out", "-out", "token")
        self.openssl("cms", "-verify", "-noverify", "-inform", "DER", "-in", "token", "-out", "info")
        self._certificate(use, ended=False)
        content = ("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-binary", "-nodetach", "-cades", "-in", "info")
        self.openssl(
            "cms", "-sign", *content, "-signer", "tsa.pem", "-inkey", "tsa.key", "-outform", "DER", "-out", "token"
        )
        token = (self.folder / "token").read_bytes()
        granted = b"\x30\x03\x02\x01\x00" + token
        return b"\x30\x82" + len(granted).to_bytes(2, "big") + granted

    def refusal(self) -> bytes:
        """Return the response to a request that the authority does not grant."""
        self._certificate(USE, ended=False)
        (self.folder / "tsq").write_bytes(b"\x30\x03\x02\x01\x01")
        signing = ("-signer", "tsa.pem", "-inkey", "tsa.key", "-config", "settings", "-section", "tsa")
        self.openssl("ts", "-reply", "-queryfile", "tsq", *signing, "-out", "tsr")
        return (self.folder / "tsr").read_bytes()

    def _certificate(self, use: str, *, ended: bool) -> None:
        (self.folder / "extensions").write_text(f"extendedKeyUsage = {use}\nkeyUsage = critical, digitalSignature\n")
        self.openssl("req", "-new", *NEW_KEY, "-keyout", "tsa.key", "-subj", "/CN=stamps", "-out", "tsa.csr")
        days = "-1" if ended else "9"
        issued = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", days, "-extfile", "extensions")
        self.openssl("x509", "-req", "-in", "tsa.csr", *issued, "-out", "tsa.pem")

    def openssl(self, *arguments: str) -> None:
        """Run it in the folder."""
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def authority(folder: Path) -> Authority:
    """Return an authority that keeps its files in `folder`."""
    folder.mkdir(parents=True)
    made = Authority(folder=folder)
    (folder / "settings").write_text(SETTINGS.format(folder=folder))
    (folder / "serial").write_text("01\n")
    made.openssl("req", "-x509", *NEW_KEY, "-keyout", "root.key", "-subj", f"/CN={folder.name}", "-out", "root.pem")
    return made
