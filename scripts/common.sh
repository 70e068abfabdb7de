# Shared by the scripts beside it: where things are, and the Python that runs them.
# shellcheck shell=sh
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1
venv=$root/.venv
data=${DATA_DIR:-$root/var}

fail() {
	printf '%s\n' "$*" >&2
	exit 1
}

# A .venv with the packages of one lock file; nothing to do where the lock is known.
install() {
	lock=$1
	python=${PYTHON:-python3}
	command -v "$python" >/dev/null || fail "Python 3.11 or newer is needed, and no $python was found."
	"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
		fail "Python 3.11 or newer is needed; $python is $("$python" -c 'import platform; print(platform.python_version())')."
	[ -w "$root" ] || fail "This folder cannot be written: $root"
	if [ ! -x "$venv/bin/python" ]; then
		"$python" -m venv "$venv" || fail "Python cannot make a virtual environment here; on Debian, install the package python3-venv."
	fi
	# The development lock holds everything of the other one.
	if cmp -s "$lock" "$venv/$lock" || cmp -s requirements-dev.txt "$venv/requirements-dev.txt"; then
		return
	fi
	echo "Installing packages ($lock) …"
	"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" ||
		fail "The packages could not be installed; see the message above."
	cp "$lock" "$venv/$lock"
}

# A setting of the environment or of .env: setting NAME DEFAULT
setting() { "$venv/bin/python" -m directory.operations.environment "$1" "$2"; }

# A secret key of this machine, kept outside the repository.
use_secret_key() {
	[ -n "$(setting SECRET_KEY "")$(setting SECRET_KEY_FILE "")" ] && return
	folder=${XDG_DATA_HOME:-$HOME/.local/share}/peer-support-directory
	SECRET_KEY_FILE=$folder/secret-key
	if [ ! -s "$SECRET_KEY_FILE" ]; then
		mkdir -p "$folder" 2>/dev/null || fail "This folder cannot be made, and the secret key belongs there: $folder"
		(umask 077 && "$venv/bin/python" -c 'import secrets; print(secrets.token_urlsafe(64))' >"$SECRET_KEY_FILE") ||
			fail "The secret key cannot be written to $SECRET_KEY_FILE"
	fi
	export SECRET_KEY_FILE
}
