#!/usr/bin/env bash
# A model by its name, from a small hub on this machine: fetched and checked, used without a network, a damaged
# copy refused and fetched again, a download killed and gone on with, and a hub that lies. Prints every command
# with what it printed and its exit status, and ends with 1 where one is not what it should be.
#
#   scripts/hub_walkthrough.sh MODEL IMAGE VOCABULARY [PROGRAM]
#
# MODEL is a folder of Hugging Face's CLIPModel, VOCABULARY the bpe_simple_vocab_16e6.txt.gz that its merges.txt
# is made from. Nothing outside a new folder is written to; needs python3.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -lt 3 ]; then
  sed -n '6,9p' "$0" >&2
  exit 2
fi
model=$(realpath "$1") image=$(realpath "$2") vocabulary=$(realpath "$3")
program=$(realpath "${4:-$repository/build/release/bin/relprompt}")

work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill "$server"
  rm -rf "$work"
}
trap finish EXIT
mkdir -p "$work/hub/test/tiny-clip" "$work/bin"
cp "$model"/*.json "$model"/model.safetensors "$work/hub/test/tiny-clip"
chmod u+w "$work/hub/test/tiny-clip"/*
gzip -cd "$vocabulary" >"$work/hub/test/tiny-clip/merges.txt"
printf -- '---\nlicense: mit\n---\n' >"$work/hub/test/tiny-clip/README.md"
cp "$image" "$work/street.jpg"
ln -s "$program" "$work/bin/relprompt"
cd "$work"
export PATH=$work/bin:$PATH HF_HOME=$work/home XDG_CACHE_HOME=$work/cache HF_HUB_DOWNLOAD_TIMEOUT=5
unset HF_HUB_CACHE HF_TOKEN HF_HUB_OFFLINE http_proxy https_proxy all_proxy

python3 "$repository/tests/hub/hub_server.py" "$work/hub" &
server=$!
until [ -s hub/ports ]; do sleep 0.1; done
HF_ENDPOINT=http://127.0.0.1:$(cut -d' ' -f1 hub/ports | head -1)
export HF_ENDPOINT

failed=0
blobs=home/hub/models--test--tiny-clip/blobs
segment='relprompt segment street.jpg --model test/tiny-clip --classes "road, sky, car;vehicle, tree" -o out/ --force'

# run STATUS COMMAND: the command as a user would type it, and the status that it should end with.
run() {
  local status=0
  printf '$ %s\n' "$2"
  bash -c "$2" 2>&1 | tr '\r' '\n' | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' || status=${PIPESTATUS[0]}
  printf '[exit %s]\n\n' "$status"
  [ "$status" = "$1" ] || { echo "*** expected exit $1"; failed=1; }
}
title() { printf '## %s\n\n' "$1"; }
faults() { printf '%s' "$1" >hub/faults.json; printf 'the hub from now on: %s\n\n' "$1"; }
weights() { echo "$blobs/$(sha256sum hub/test/tiny-clip/model.safetensors | cut -d' ' -f1)"; }
# Files below the cache that are none of its kinds, and files outside of it that were not there.
anything_outside() {
  find . -newer mark -type f -not -path './home/hub/*' -not -path './hub/log' -not -path './hub/faults.json' \
    -not -path './cache/*' -not -path './out/*'
  find . -name "*evil*" -o -name "*passwd*"
}

title "The first command: downloads, checks hashes, labels"
run 0 "$segment"
run 0 "ls out; find home/hub -not -type d -printf '%P %l\n' | sort"
run 0 "cd $blobs && sha256sum \$(ls | awk 'length(\$0) == 64')"

title "The second run, without a network"
run 0 "cp out/street.labels.png first.png; $segment --offline && cmp out/street.labels.png first.png && echo the same labels"
run 0 "relprompt pull --list"

title "A damaged blob is refused, and fetched again by the next run"
run 0 "printf damaged | dd of=$(weights) bs=1 seek=1000000 conv=notrunc status=none"
run 4 "$segment --offline"
run 0 "$segment && cmp out/street.labels.png first.png && echo the same labels"

title "kill -9 in the middle of a download, then gone on with"
rm -rf home
faults '[{"path": "model.safetensors", "where": "cdn", "do": "slow", "chunk": 200000, "seconds": 0.1, "times": 1}]'
run 137 "$segment & sleep 4; kill -9 \$!; wait \$!"
run 0 "stat -c '%n %s bytes of $(stat -c %s hub/test/tiny-clip/model.safetensors)' $blobs/*.incomplete"
: >hub/log
run 0 "$segment && cmp out/street.labels.png first.png && echo the same labels"
run 0 "grep 'cdn GET' hub/log"

title "A hub that lies"
touch mark
lie() {  # STATUS FAULTS
  rm -rf home
  faults "$2"
  run "$1" "$segment"
}
lie 4 '[{"path": "/revision/main", "more": ["../../evil"]}]'
for to in file:///etc/passwd ftp://127.0.0.1/x; do
  lie 4 '[{"method": "GET", "path": "model.safetensors", "where": "hub", "do": "redirect", "to": "'$to'"}]'
done
lie 4 '[{"method": "GET", "path": "model.safetensors", "do": "redirect", "to": "{cdn}/model.safetensors"}]'
lie 4 '[{"where": "cdn", "do": "endless"}]'
lie 4 '[{"method": "HEAD", "path": "model.safetensors", "size": 10000000000000}]'
lie 4 '[{"path": "/revision/main", "do": "text", "text": "[", "repeat": 1000000}]'
lie 4 '[{"where": "cdn", "do": "wrong"}]'
lie 4 '[{"path": "model.safetensors", "do": "status", "status": 401}]'
lie 4 '[{"path": "model.safetensors", "do": "status", "status": 403, "code": "GatedRepo"}]'
lie 5 '[{"do": "status", "status": 503}]'
outside=$(anything_outside)
if [ -n "$outside" ]; then
  printf '*** outside of the cache: %s\n' "$outside"
  failed=1
else
  echo "nothing was written outside of the cache"
fi
[ $failed = 0 ] && echo "all as it should be"
exit $failed
