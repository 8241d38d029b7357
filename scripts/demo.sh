#!/usr/bin/env bash
# make demo: builds the command line and labels a bundled image with it.
# Every part can be replaced from outside: make demo IMAGE=my.jpg CLASSES="cat, grass" MODEL=my-model
set -euo pipefail
cd "$(dirname "$0")/.."

MODEL="${MODEL:-}"                                # folder or checkpoint; empty: the bundled one, else a random one
BUNDLED_MODEL=models/demo
RANDOM_MODEL="${RANDOM_MODEL:-build/demo/random-b32}"
RANDOM_ARCH="${RANDOM_ARCH:-ViT-B-32}"             # the smallest preset
RANDOM_SEED="${RANDOM_SEED:-7}"
VOCAB="${VOCAB:-}"                                 # tokenizer file or folder; empty: the model's own
# The bundled model knows the synthetic world only, so it comes with a scene of that world.
default=scene
[[ -n $MODEL || ! -d $BUNDLED_MODEL ]] || default=world
IMAGE="${IMAGE:-examples/$default.png}"
CLASSES="${CLASSES:-@examples/${default}_classes.txt}"  # @FILE, or names separated by commas
OUT="${OUT:-build/demo/out}"
relprompt=build/release/bin/relprompt

# Labelling needs neither LibTorch nor the tests; a folder that is configured already stays as it is.
scripts/install_dependencies.sh --labelling
[[ -f build/release/CMakeCache.txt ]] || cmake --preset release -DRELPROMPT_TORCH=OFF -DRELPROMPT_TESTS=OFF -DRELPROMPT_PYTHON=OFF
cmake --build --preset release --parallel "${JOBS:-2}" --target relprompt_cli

random=no
if [[ -z $MODEL && -d $BUNDLED_MODEL ]]; then
  MODEL="$BUNDLED_MODEL"
elif [[ -z $MODEL ]]; then
  random=yes
  MODEL="$RANDOM_MODEL"
  [[ -d $MODEL ]] || "$relprompt" init --arch "$RANDOM_ARCH" --seed "$RANDOM_SEED" -o "$MODEL"
fi

options=()
[[ -z $VOCAB ]] || options+=(--vocab "$VOCAB")
"$relprompt" segment "$IMAGE" --model "$MODEL" --classes "$CLASSES" -o "$OUT" \
  --save labels,palette,overlay,json "${options[@]}"

if [[ $random == yes ]]; then
  cat <<'NOTICE'

*****************************************************************************
*  The model of this demo is RANDOM: its masks mean nothing. They show that *
*  the way from an image to a label map runs on this machine, no more.      *
*  For real masks, import a CLIP checkpoint of yours and name it:           *
*                                                                           *
*    build/release/bin/relprompt import ViT-B-16.pt -o clip-b16 \           *
*        --vocab bpe_simple_vocab_16e6.txt.gz                               *
*    make demo MODEL=clip-b16                                               *
*****************************************************************************

NOTICE
fi
name="$(basename "$IMAGE")"
echo "overlay: $OUT/${name%.*}.overlay.jpg"
cat <<NOTICE
page:    $relprompt serve --model $MODEL
         then open http://127.0.0.1:8080 in a browser
NOTICE
