"""Gives Airflow its environment: the configuration at the root, a home, secrets made once."""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ROOT / ".secrets" / "airflow.json"
PASSWORDS = ROOT / ".secrets" / "airflow_passwords.json"
USER = "admin"


def airflow_environment(home: Path, *, port: int) -> dict[str, str]:
    """Return the variables every Airflow process needs, secrets included.

    One JWT secret for all processes, or every task dies with "Invalid auth token"
    (Airflow 3.3.2, 2026-11).
    """
    kept = load_secrets()
    home.mkdir(parents=True, exist_ok=True)
    return {
        "LISTENING_HOME": str(ROOT),
        "LISTENING_AIRFLOW_PORT": str(port),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW_CONFIG": str(ROOT / "airflow.cfg"),
        "AIRFLOW__API_AUTH__JWT_SECRET": kept["jwt_secret"],
        "AIRFLOW__API__SECRET_KEY": kept["api_secret_key"],
        "AIRFLOW__CORE__FERNET_KEY": kept["fernet_key"],
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(PASSWORDS),
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
    }


def load_secrets() -> Mapping[str, str]:
    """Return the secrets of this checkout, made at the first call, readable by their owner."""
    if not SECRETS.exists():
        _write_private(
            SECRETS,
            {
                "jwt_secret": secrets.token_urlsafe(48),
                "api_secret_key": secrets.token_urlsafe(48),
                "fernet_key": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            },
        )
    if not PASSWORDS.exists():
        _write_private(PASSWORDS, {USER: secrets.token_urlsafe(12)})
    values: dict[str, str] = json.loads(SECRETS.read_text())
    return values


def password() -> str:
    """Return the password of the one user."""
    load_secrets()
    return str(json.loads(PASSWORDS.read_text())[USER])


def _write_private(path: Path, values: Mapping[str, str]) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(values, file)
    temporary.replace(path)
