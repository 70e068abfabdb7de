"""The database of one machine, as Django knows it and a little more careful."""
