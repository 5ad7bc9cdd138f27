# What scripts of programs have in common that are run by those who want them: `start` installs, `stop` does nothing. Sourced, not run.
# Set before: name, and the functions install, which may be repeated; installed, which says what is there; and environment.

die() { echo "$name: $*" >&2; exit 1; }

case ${1:-} in
  install) install ;;
  start) install && installed ;;
  stop) ;;
  status) installed ;;
  env) environment ;;
  *) echo "usage: $0 install|start|stop|status|env" >&2; exit 2 ;;
esac
