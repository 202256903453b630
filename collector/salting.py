"""The office's secret key for salts, kept in its vault: from it come the salts of masked fields, which are never kept themselves.

Made once, on the first bundle that masks something; who loses it can disclose no field any more, so it is in the vault's backup.
"""

from __future__ import annotations

import secrets

from collector.clock import SystemClock
from collector.errors import VaultError
from collector.vault import Vault
from evidence.masking.committing import SALT, Salts, is_salt, salts_of

TARGET, NAME = "workspace", "salt-key"
"""Where in the vault: no target has a secret of this name."""


def salts(vault: Vault) -> Salts | None:
    """Return the office's salts; None where it has no key to open a vault with. Raises VaultError."""
    if vault.place.missing:
        return None
    kept = vault.once(TARGET, NAME, lambda: secrets.token_hex(SALT), SystemClock().now())
    if not isinstance(kept, str) or not is_salt(kept):
        raise VaultError(f"{vault.path} 里的 {TARGET}/{NAME} 不是 {SALT} 字节的密钥，没有使用")
    return salts_of(bytes.fromhex(kept))
