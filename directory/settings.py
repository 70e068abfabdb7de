"""Settings of the site, read from the environment and `.env`; a bad value says which.

`.env.example` explains each of them.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError, validate

from directory.operations.database_urls import databases
from directory.operations.environment import BASE_DIR, env
from directory.operations.hosts import LOCAL_NAMES, local_url, machine_hostnames
from directory.operations.logs import logging_settings
from directory.operations.startup_checks import (
    LOOPBACK,
    check_hsts_preload,
    check_no_path_prefix,
    check_secrets,
)


def read_secret_keys() -> list[str]:
    """SECRET_KEY, or the lines of the file that SECRET_KEY_FILE names.

    The first signs; what the others signed is still believed, so that a key can change.
    """
    if key := env.str("SECRET_KEY", ""):
        return [key]
    path = env.str("SECRET_KEY_FILE", "")
    if not path:
        raise ImproperlyConfigured(
            "Set SECRET_KEY, or SECRET_KEY_FILE to a file that holds it. "
            "“make run” makes one for you."
        )
    try:
        keys = Path(path).read_text(encoding="utf-8").split()
    except OSError as error:
        raise ImproperlyConfigured(
            f"SECRET_KEY_FILE cannot be read: {error}."
        ) from None
    if not keys:
        raise ImproperlyConfigured(f"SECRET_KEY_FILE is empty: {path}.")
    return keys


DAY = 24 * 60 * 60
HOST_AND_PORT = r"^$|^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$"


def cache_url(url: str) -> str:
    """The address of the Redis or Valkey that counts requests, or ""."""
    if url and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured(
            "CACHE_URL must begin with redis://, rediss:// (TLS) or unix://; "
            "a Valkey server is named in the same way."
        )
    return url


SWITCH = dict.fromkeys(("1", "true", "yes", "on", ""), True) | dict.fromkeys(
    ("0", "false", "no", "off"), False
)


def mail(url: str) -> dict[str, Any]:
    """Django's mail settings for smtp://user:password@host:port/?tls=1 or ?ssl=1."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme != "smtp" or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL must look like smtp://user:password@host:587/?tls=1."
        )
    wishes = {name: _is_on(name, parts.query) for name in ("tls", "ssl")}
    if all(wishes.values()):
        raise ImproperlyConfigured("EMAIL_URL takes tls=1 or ssl=1, and not both.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": wishes["tls"],
        "EMAIL_USE_SSL": wishes["ssl"],
        "EMAIL_TIMEOUT": 10,
    }


def _is_on(name: str, query: str) -> bool:
    """A yes or no of an address's query, off where it says nothing."""
    found = parse_qs(query, keep_blank_values=True).get(name, ["0"])[-1].lower()
    if found not in SWITCH:
        raise ImproperlyConfigured(f"EMAIL_URL: {name} is 1 or 0, not “{found}”.")
    return SWITCH[found]


try:
    DEBUG = env.bool("DEBUG", False)
    ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [*LOCAL_NAMES])
    # True where a proxy in front speaks HTTPS: cookies and redirects then insist.
    HTTPS = env.bool("HTTPS", False)
    # For how long browsers insist on HTTPS. Long times, subdomains and preload cannot
    # be taken back: docs/operations.md says what they mean.
    HSTS_SECONDS = env.int("HSTS_SECONDS", DAY, validate=validate.Range(min=0))
    HSTS_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
    HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
    DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))
    DATABASE_URL = env.str("DATABASE_URL", "") or f"sqlite:///{DATA_DIR}/db.sqlite3"
    # One or several servers that follow it; the public's reads go there.
    DATABASE_REPLICA_URL = env.str("DATABASE_REPLICA_URL", "")
    # redis://host:6379/0 where many workers on several machines count together.
    CACHE_URL = cache_url(env.str("CACHE_URL", ""))
    # Where people can write to the curators; the contact page shows it.
    CONTACT_EMAIL = env.str("CONTACT_EMAIL", "")
    # Where the Leave button goes: a page that shows nothing personal.
    EXIT_URL = env.str(
        "EXIT_URL", "https://www.weather.gov/", validate=validate.URL(schemes={"https"})
    )
    # Curators' street addresses only: "" (our gazetteer), "nominatim" or "photon".
    GEOCODER = env.str(
        "GEOCODER", "", validate=validate.OneOf(["", "nominatim", "photon"])
    )
    GEOCODER_DOMAIN = env.str("GEOCODER_DOMAIN", "")
    GEOCODER_SCHEME = env.str(
        "GEOCODER_SCHEME", "https", validate=validate.OneOf(["http", "https"])
    )
    GEOCODER_TIMEOUT = env.float("GEOCODER_TIMEOUT", 3.0)
    # smtp://user:password@host:587/?tls=1; unset, mail is printed and not sent.
    EMAIL_URL = env.str("EMAIL_URL", "")
    DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", "directory@localhost")
    # What one address may ask of the API, the feeds and the data files.
    API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", 600)
    BIND = env.str("BIND", "127.0.0.1").strip("[]")
    PORT = env.str("PORT", "8000")
    # Where links in mails lead; the address people reach the site at.
    SITE_URL = env.str("SITE_URL", local_url(BIND, PORT)).rstrip("/")
    # The origin of canonical addresses; "" where nobody has said what it is.
    PUBLIC_ORIGIN = env.str("SITE_URL", "").rstrip("/")
    # Can anybody but this machine reach it? Behind a proxy BIND alone does not say so.
    IS_PUBLIC = HTTPS or BIND not in LOOPBACK
    # Staff need a code from their phone, unless only this machine can reach the site.
    SECOND_FACTOR = env.bool("SECOND_FACTOR", IS_PUBLIC)
    # Where the nightly backup goes (run_due), and how many are kept; with 0 none is
    # made, for hosts that back up the database themselves.
    BACKUP_DIR = Path(env.str("BACKUP_DIR", "") or DATA_DIR / "backups")
    BACKUPS_KEPT = env.int("BACKUPS_KEPT", 14, validate=validate.Range(min=0))
    # Mail organizations to confirm their listing: only when curators can take answers.
    SEND_REMINDERS = env.bool("SEND_REMINDERS", False)
    # Lines for people, or JSON for machines that gather logs.
    LOG_FORMAT = env.str(
        "LOG_FORMAT", "text", validate=validate.OneOf(["text", "json"])
    )
    # host:port where Prometheus may ask for /metrics; unset, nowhere.
    METRICS_BIND = env.str("METRICS_BIND", "", validate=validate.Regexp(HOST_AND_PORT))
except EnvError as error:
    raise ImproperlyConfigured(str(error)) from None

SECRET_KEY, *SECRET_KEY_FALLBACKS = read_secret_keys()
for key in (SECRET_KEY, *SECRET_KEY_FALLBACKS):
    check_secrets(key, ALLOWED_HOSTS, BIND, debug=DEBUG)
check_no_path_prefix(env.str("SCRIPT_NAME", ""), SITE_URL)
check_hsts_preload(HSTS_SECONDS, subdomains=HSTS_SUBDOMAINS, preload=HSTS_PRELOAD)
if not env.str("ALLOWED_HOSTS", ""):
    ALLOWED_HOSTS += machine_hostnames(BIND)
# Where the workers of this machine count requests, if not in Redis.
RATE_LIMIT_FILE = DATA_DIR / "rate-limits.sqlite3"
# The open data as files (api.data_files).
DATA_FILES_DIR = DATA_DIR / "data-files"
DATABASES = databases(DATABASE_URL, DATABASE_REPLICA_URL)
DATABASE_ROUTERS = ["caching.db_router.ReplicaRouter"] if DATABASE_REPLICA_URL else []
CACHES = {
    # Django asks for one of this name. Nothing is stored in it.
    "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    # Pages without a visitor's words, in each worker's memory and nowhere else.
    "pages": {
        "BACKEND": "django.core.cache.backends."
        + ("dummy.DummyCache" if DEBUG else "locmem.LocMemCache"),
        # Some 30 KB each.
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}
globals().update(mail(EMAIL_URL))

INSTALLED_APPS = [
    "curation.apps.CurationAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "django.forms",
    "csp",
    "phonenumber_field",
    "simple_history",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "caching",
    "places",
    "listings",
    "curation",
    "orgs",
    "warmlines",
    "guides",
    "meetings",
    "api",
    "directory",
]
MIDDLEWARE = [
    "directory.middleware.refused_encodings_middleware",
    "directory.middleware.PageGZipMiddleware",
    "caching.db_router.replica_reads_middleware",
    "caching.page_cache.page_cache_middleware",
    "directory.middleware.security_headers_middleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "directory.middleware.malformed_request_middleware",
    "curation.sign_in.limit_concurrent_sign_ins",
    "directory.operations.health.probe_middleware",
    "directory.middleware.language_middleware",
    "directory.operations.database_outage.outage_middleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "curation.sessions.session_limits_middleware",
    "django_otp.middleware.OTPMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
    "api.middleware.open_data_middleware",
]
ROOT_URLCONF = "directory.urls"
WSGI_APPLICATION = "directory.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "directory.context_processors.site",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
# Widgets of our own are templates among the others.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "directory.formats"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "NATIONAL"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Our files are for our pages.
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Nothing from elsewhere, nothing inline; the admin lives under it too.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# Not no-referrer: browsers then send "Origin: null", and Django refuses forms.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = HSTS_SECONDS if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_SUBDOMAINS
SECURE_HSTS_PRELOAD = HSTS_PRELOAD
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# Subdomains and preload are a choice, not a fault.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_FAILURE_VIEW = "directory.pages.error_pages.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
# Staff are out after half an hour without a click, and after a day's work in any case.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_AGE = 30 * 60
# Bodies, in bytes: a form of the public, and a file at the desk with its form.
MAX_PUBLIC_BODY_BYTES = 64 * 1024
MAX_ADMIN_BODY_BYTES = 11_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 1
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "curation.sign_in.PasswordBackend",
]
# Five wrong passwords stop that name from that address, and nobody else's.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# A name stays locked for 15 minutes from the fifth try, however many follow.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "listings.rate_limit.client_network"
AXES_LOCKOUT_CALLABLE = "curation.admin_site.locked_out"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "curation.passwords.RepeatedCommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation."
        "UserAttributeSimilarityValidator"
    },
]

# Says what failed, never what was asked: no query string, address or browser.
LOGGING = logging_settings(LOG_FORMAT)
