# Finds the JDKs of this machine. Sourced by bin/mobula and .ci/run; needs bash 3.2 or newer.

# The major version of the JDK at $1, read from its release file; nothing where there is no JDK.
jdk_major() {
  local version
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([^"]*\)"\{0,1\}.*/\1/p' "$1/release")
  version=${version#1.}
  version=${version%%[!0-9]*}
  [ -n "$version" ] && echo "$version"
}

# The home of the java on the PATH, links followed; nothing where there is none.
jdk_on_path() {
  local java
  java=$(command -v java) || return 1
  while [ -L "$java" ]; do
    local to
    to=$(readlink "$java")
    case $to in /*) java=$to ;; *) java=$(dirname "$java")/$to ;; esac
  done
  (cd "$(dirname "$java")/.." && pwd -P)
}

# The home of every JDK found, one a line: those that the user chose first, then those in the usual places.
jdk_homes() {
  local home
  [ -z "${JAVA_HOME:-}" ] || echo "$JAVA_HOME"
  jdk_on_path || true
  for home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* "$HOME"/.jenv/versions/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ ! -d "$home" ] || echo "$home"
  done
}

# The home of the newest JDK found; nothing where there is none.
jdk_newest() {
  local home major best=0 best_home=
  while IFS= read -r home; do
    major=$(jdk_major "$home") || continue
    if [ "$major" -gt "$best" ]; then
      best=$major best_home=$home
    fi
  done <<EOF
$(jdk_homes)
EOF
  [ -n "$best_home" ] && echo "$best_home"
}

# The home of a JDK of version $1 or newer: JAVA_HOME, else the java on the PATH, else the newest found.
jdk_at_least() {
  local home major
  for home in "${JAVA_HOME:-}" "$(jdk_on_path || true)" "$(jdk_newest || true)"; do
    [ -n "$home" ] && major=$(jdk_major "$home") && [ "$major" -ge "$1" ] || continue
    echo "$home"
    return 0
  done
  return 1
}
