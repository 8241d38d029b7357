#!/usr/bin/env bash
# Interrupts pretrain, train, segment and eval again and again, at random moments, and looks at what they leave.
#
#   scripts/interrupts.sh [PROGRAM]            200 interrupts of each command; takes an hour or two
#   COUNT=5 COMMANDS="segment eval" scripts/interrupts.sh
#
# train, segment and eval run on a ViT-B/16 with random weights (`relprompt init`) and a small set of the
# synthetic world. Every interrupt is one SIGINT, 0.2 to SPAN seconds after the start, and must be answered by a
# sentence and exit status 130. A chain of five runs is interrupted in turn: the first begins anew, each of the
# others goes on with what the one before has left, so that every checkpoint is also read:
#   pretrain, train: checkpoint.safetensors is there, and its iteration never goes back
#   segment, eval:   the same command (segment with --resume) goes on, and no temporary file is left
# An interrupt that would come before the program's first instruction, while the loader is still at work, waits
# for that. A run that ends before its interrupt is not counted and begun anew.
#
# Variables: COUNT, COMMANDS (empty: only make model and set, anew), SEED of the moments, SPAN in seconds, CHAIN,
# WORK (a folder; default a new one).
set -euo pipefail
set -m  # else the shell lets what runs in the background ignore SIGINT
cd "$(dirname "$0")/.."
repository=$PWD

program=$(realpath "${1:-build/release/bin/relprompt}")
count=${COUNT:-200}
span=${SPAN:-3}
chain=${CHAIN:-5}
RANDOM=${SEED:-1}
if [ -n "${WORK:-}" ]; then
  mkdir -p "$WORK"
  work=$(realpath "$WORK")
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
export XDG_CACHE_HOME=$work/cache
cd "$work"

fail() {
  echo "interrupts.sh: $1"
  echo "--- $2"
  tail -n 20 "$2"
  exit 1
} >&2

prepare() {
  [ -e model ] || "$program" init --arch ViT-B-16 --seed 7 -o model >/dev/null 2>&1
  [ -e scenes/classes.txt ] || "$program" world --scenes 160 --train-share 0.5 --seed 3 --size 96 -o scenes -q
}

# Arguments of the command: start COMMAND anew, or go on with what it left.
arguments() {
  local world=$repository/configs/world-zero-shot.yaml
  case $1-$2 in
    pretrain-new) words=(pretrain "$repository/configs/world-clip.yaml" -o pretrain --threads 1) ;;
    pretrain-more) words=(pretrain --resume pretrain --threads 1) ;;
    train-new)
      words=(train "$world" --clip model --data scenes -o train --threads 1 --set train.batch=2
             --set model.knowledge_grid=6 --set train.evaluate_every=0 --set train.best=none)
      ;;
    train-more) words=(train --resume train --threads 1) ;;
    segment-*)
      words=(segment scenes/images/train -m model -c "road, sky, car" -o segment --short-side 224 --window 224
             --stride 112 --save labels,json --threads 1 --resume)
      ;;
    eval-*) words=(eval "$world" -m model --data scenes -o eval --threads 1) ;;
  esac
}

# Milliseconds from 200 to SPAN.
draw_moment() {
  local most
  most=$(awk -v span="$span" 'BEGIN { print int(span * 1000) - 200 }')
  moment=$(awk -v ms=$((200 + (RANDOM * 32768 + RANDOM) % most)) 'BEGIN { printf "%.3f", ms / 1000 }')
}

# True once the program has blocked the signal, which it does first of all.
has_begun() {
  local mask
  mask=$(sed -n 's/^SigBlk:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) || return 0
  [ -z "$mask" ] || [ $((0x$mask & 2)) -ne 0 ]
}

# Runs the command with one SIGINT on its way; sets status and sent.
interrupt() {
  draw_moment
  "$program" "${words[@]}" >"$log" 2>&1 &
  local process=$!
  sleep "$moment"
  local tries=0
  until has_begun "$process" || [ "$tries" -eq 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  sent=yes
  kill -INT "$process" 2>/dev/null || sent=no
  status=0
  wait "$process" 2>/dev/null || status=$?
}

# The iteration that a stopped run names.
stopped_after() {
  sed -n 's/^stopped after iteration \([0-9]*\) of.*/\1/p' "$log" | tail -n 1
}

check_checkpoint() {
  [ -e "$1/checkpoint.safetensors" ] || fail "$1 left no checkpoint" "$log"
  local reached
  reached=$(stopped_after)
  [ -n "$reached" ] || fail "$1 does not say where it stopped" "$log"
  [ "$reached" -ge "$iteration" ] || fail "$1 went back from iteration $iteration to $reached" "$log"
  iteration=$reached
  [ "$iteration" -gt 0 ] || first=$((first + 1))
}

check_left_overs() {
  local left
  left=$(find "$1" -name '.relprompt-*.tmp' 2>/dev/null | head -n 1) || true  # no folder yet
  [ -z "$left" ] || fail "$1 left $left" "$log"
}

test_command() {
  local command=$1 done=0 again=0 link=0
  local log=$work/$command.log
  local iteration=0 first=0 at_once=0 moment status sent words
  while [ "$done" -lt "$count" ]; do
    if [ "$link" -eq 0 ]; then
      rm -rf "$command"
      iteration=0
      arguments "$command" new
    else
      arguments "$command" more
    fi
    interrupt
    if [ "$sent" = no ] || [ "$status" -eq 0 ]; then
      [ "$status" -eq 0 ] || fail "$command ended with status $status by itself" "$log"
      again=$((again + 1)) link=0
      continue
    fi
    [ "$status" -eq 130 ] || fail "$command: exit status $status after $moment s" "$log"
    grep -qE '^(stopping after|interrupted)' "$log" || fail "$command says nothing" "$log"
    if grep -q '^interrupted; nothing' "$log"; then at_once=$((at_once + 1)); fi
    case $command in
      pretrain | train) check_checkpoint "$command" ;;
      *) check_left_overs "$command" ;;
    esac
    done=$((done + 1))
    link=$(((link + 1) % chain))
  done
  echo "$command: $done interrupts, exit status 130 each time; before the first iteration: $first," \
       "before the first image: $at_once; not counted, as they had finished: $again"
}

commands=${COMMANDS-pretrain train segment eval}
[ -n "$commands" ] || rm -rf model scenes
prepare
for command in $commands; do test_command "$command"; done
