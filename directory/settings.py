"""Settings of the site, read from the environment and `.env`.

`.env.example` explains each variable. A bad value raises ImproperlyConfigured with a
message that names the variable.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError, validate

from directory.operations.database_urls import databases
from directory.operations.environment import BASE_DIR, env
from directory.operations.hosts import LOCAL_NAMES, local_url, machine_hostnames
from directory.operations.logs import logging_settings
from directory.operations.mail_url import mail_settings
from directory.operations.secret_keys import read_secret_keys
from directory.operations.startup_checks import (
    LOOPBACK,
    check_hsts_preload,
    check_no_path_prefix,
    check_secrets,
)

DAY = 24 * 60 * 60
HOST_AND_PORT = r"^$|^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$"
REDIS_URL = validate.Regexp(
    r"^$|^(rediss?|unix)://", error="must begin with redis://, rediss:// or unix://"
)


try:
    DEBUG = env.bool("DEBUG", False)
    ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [*LOCAL_NAMES])
    # True if a proxy in front of the site serves HTTPS. Cookies and redirects then
    # require it.
    HTTPS = env.bool("HTTPS", False)
    # For how long browsers require HTTPS. Long times, subdomains and preload cannot be
    # undone; docs/operations.md explains them.
    HSTS_SECONDS = env.int("HSTS_SECONDS", DAY, validate=validate.Range(min=0))
    HSTS_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
    HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
    DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))
    DATABASE_URL = env.str("DATABASE_URL", "") or f"sqlite:///{DATA_DIR}/db.sqlite3"
    # One or several replicas, which serve the reads of visitors.
    DATABASE_REPLICA_URL = env.str("DATABASE_REPLICA_URL", "")
    # Redis or Valkey, needed for rate limits that several machines share.
    CACHE_URL = env.str("CACHE_URL", "", validate=REDIS_URL)
    # The address of the curators that the contact page shows.
    CONTACT_EMAIL = env.str("CONTACT_EMAIL", "")
    # The page that the Leave button opens, which must not be personal.
    EXIT_URL = env.str(
        "EXIT_URL", "https://www.weather.gov/", validate=validate.URL(schemes={"https"})
    )
    # The geocoder for street addresses that curators type: "" (our gazetteer),
    # "nominatim" or "photon". Nothing that visitors type is ever sent to it.
    GEOCODER = env.str(
        "GEOCODER", "", validate=validate.OneOf(["", "nominatim", "photon"])
    )
    GEOCODER_DOMAIN = env.str("GEOCODER_DOMAIN", "")
    GEOCODER_SCHEME = env.str(
        "GEOCODER_SCHEME", "https", validate=validate.OneOf(["http", "https"])
    )
    GEOCODER_TIMEOUT = env.float("GEOCODER_TIMEOUT", 3.0)
    # smtp://user:password@host:587/?tls=1. If unset, mail is printed and not sent.
    EMAIL_URL = env.str("EMAIL_URL", "")
    DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", "directory@localhost")
    # How many requests for the API, feeds and data files one client may send.
    API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", 600)
    BIND = env.str("BIND", "127.0.0.1").strip("[]")
    PORT = env.str("PORT", "8000")
    # The address under which people reach the site, used in links in mails.
    SITE_URL = env.str("SITE_URL", local_url(BIND, PORT)).rstrip("/")
    # The origin of canonical URLs; "" if SITE_URL is not set.
    PUBLIC_ORIGIN = env.str("SITE_URL", "").rstrip("/")
    # Whether other machines can reach the site. With HTTPS, a proxy may make it public
    # although BIND is local.
    IS_PUBLIC = HTTPS or BIND not in LOOPBACK
    # Whether staff need a code from their phone to sign in.
    SECOND_FACTOR = env.bool("SECOND_FACTOR", IS_PUBLIC)
    # The folder of nightly backups (see run_due), and how many to keep. 0 turns them
    # off, for hosts that back up the database themselves.
    BACKUP_DIR = Path(env.str("BACKUP_DIR", "") or DATA_DIR / "backups")
    BACKUPS_KEPT = env.int("BACKUPS_KEPT", 14, validate=validate.Range(min=0))
    # Whether to mail organizations to confirm their listing. Curators must be ready for
    # the answers.
    SEND_REMINDERS = env.bool("SEND_REMINDERS", False)
    # "text" for people, or "json" for log collectors.
    LOG_FORMAT = env.str(
        "LOG_FORMAT", "text", validate=validate.OneOf(["text", "json"])
    )
    # host:port where the site serves /metrics to Prometheus; "" turns it off.
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
# Where the workers of this machine count requests, unless CACHE_URL is set.
RATE_LIMIT_FILE = DATA_DIR / "rate-limits.sqlite3"
# The open data files that api.data_files writes.
DATA_FILES_DIR = DATA_DIR / "data-files"
DATABASES = databases(DATABASE_URL, DATABASE_REPLICA_URL)
DATABASE_ROUTERS = ["caching.db_router.ReplicaRouter"] if DATABASE_REPLICA_URL else []
CACHES = {
    # Django requires a cache of this name. Nothing uses it.
    "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    # Whole pages that contain nothing that a visitor typed, in each worker's memory.
    "pages": {
        "BACKEND": "django.core.cache.backends."
        + ("dummy.DummyCache" if DEBUG else "locmem.LocMemCache"),
        # A page takes about 30 KB.
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}
globals().update(mail_settings(EMAIL_URL))

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
# Django finds the templates of our own widgets in the project's folder.
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

# By default, WhiteNoise lets pages of all other sites read the static files.
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Pages may load nothing from other sites and nothing inline. It covers the admin too.
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
# With "no-referrer", browsers send "Origin: null", and Django rejects the forms.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = HSTS_SECONDS if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_SUBDOMAINS
SECURE_HSTS_PRELOAD = HSTS_PRELOAD
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# These two warn unless HSTS includes subdomains and preload, which is a choice.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_FAILURE_VIEW = "directory.pages.error_pages.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
# Staff are signed out after 30 minutes without a click, and after 12 hours in any case.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_AGE = 30 * 60
# The largest request bodies: a public form, and an admin form with an uploaded file.
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
# Five wrong passwords lock that user name for that network, and nobody else.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# It stays locked for 15 minutes from the fifth attempt, however many follow.
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

# Logs contain what failed, but no query string, address or browser of a visitor.
LOGGING = logging_settings(LOG_FORMAT, debug=DEBUG)
