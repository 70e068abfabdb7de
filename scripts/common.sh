# Functions for the other scripts: find the project and install its packages.
# shellcheck shell=sh
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1
venv=$root/.venv
data=${DATA_DIR:-$root/var}

fail() {
	printf '%s\n' "$*" >&2
	exit 1
}

# Create .venv and install the packages of a lock file, unless they are installed.
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
	# The development lock includes every package of the other one.
	if cmp -s "$lock" "$venv/$lock" || cmp -s requirements-dev.txt "$venv/requirements-dev.txt"; then
		return
	fi
	echo "Installing the packages of $lock into .venv. This takes a minute or two …"
	PIP_ROOT_USER_ACTION=ignore "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" ||
		fail "The packages could not be installed; see the message above."
	cp "$lock" "$venv/$lock"
}

# Print a setting from the environment or .env: setting NAME DEFAULT
setting() { "$venv/bin/python" -m directory.operations.environment "$1" "$2"; }
