#!/usr/bin/env bash
# Labels 200 images in 8 shards on a real Slurm and a real Dask cluster, both on this machine, kills some of it in the
# middle, and compares with what one process wrote (docs/guide/clusters.md). About a minute each on two cores.
#
#   scripts/test_engines.sh [--program FILE] [--work FOLDER] [slurm | dask | training]...    default: all three
#
# slurm: munge, slurmctld and two slurmd with configs, keys and ports of their own, run by whoever calls this; what the
# machine has of Slurm stays as it is. A program is killed, then a whole node. dask: a worker is killed. training: two
# workers on two nodes of Slurm train, and one is killed.
# Packages: scripts/install_dependencies.sh --engines. Status 77: they are missing, nothing failed.
# --work keeps logs and results in FOLDER, which must be new; the default is a temporary one, removed unless something
# failed.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
program=$repository/build/release/bin/relprompt
work=
engines=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --program) program=${2:?} && shift 2 ;;
    --work) work=${2:?} && shift 2 ;;
    slurm | dask | training) engines+=("$1") && shift ;;
    -h | --help) sed -n '2,14s/^# \{0,1\}//p' "$0" && exit 0 ;;
    *) echo "test_engines.sh: unknown argument $1 (try --help)" >&2 && exit 2 ;;
  esac
done
[[ ${#engines[@]} -gt 0 ]] || engines=(slurm dask training)
if [[ ! -x $program ]]; then
  echo "test_engines.sh: $program is missing; cmake --build --preset release makes it" >&2
  exit 2
fi
program=$(realpath "$program")

# A python3 that is not Debian's does not see Debian's packages.
python_with() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c "import $1" 2>/dev/null; then command -v "$python" && return 0; fi
  done
  return 1
}
missing=
for engine in "${engines[@]}"; do
  case $engine in
    slurm | training)
      export PATH=$PATH:/usr/sbin:/sbin
      for command in munged slurmctld slurmd sbatch; do
        command -v "$command" >/dev/null || missing="slurm-wlm munge"
      done ;;
    dask) python=$(python_with distributed) || missing="$missing python3-distributed" ;;
  esac
done
if [[ " ${engines[*]} " == *" training "* && ! -e $(dirname "$program")/../lib/librelprompt-torch.so ]]; then
  [[ ${#engines[@]} -gt 1 ]] || missing="$missing libtorch-dev, and a build with it"
  echo "test_engines.sh: no training, this build has no librelprompt-torch.so"
  engines=("${engines[@]/training/}")
fi
if [[ -n $missing ]]; then
  echo "test_engines.sh: skipped, these packages are missing:" $missing
  exit 77
fi

if [[ -n $work ]]; then
  mkdir "$work" && work=$(realpath "$work")
  temporary=no
else
  work=$(mktemp -d "${TMPDIR:-/tmp}/relprompt-engines.XXXXXX")
  temporary=yes
fi
# Every process that is started here inherits this name, and only such are ever struck or ended.
export RELPROMPT_ENGINES=$work
export XDG_CACHE_HOME=$work/cache OMP_WAIT_POLICY=passive
unset "${!SLURM@}" "${!SBATCH@}" JOB_COMPLETION_INDEX JOB_COMPLETIONS
began=$SECONDS

say() { printf '[%3d s] %s\n' "$((SECONDS - began))" "$*"; }
fail() {
  say "FAILED: $*"
  temporary=no
  exit 1
}

own_processes() {
  local file pid
  for file in /proc/[0-9]*/environ; do
    pid=${file//[!0-9]/}
    [[ $pid != "$$" && $pid != "$BASHPID" ]] || continue
    if tr '\0' '\n' 2>/dev/null <"$file" | grep -qxF "RELPROMPT_ENGINES=$work"; then echo "$pid"; fi
  done 2>/dev/null
}

# Ends everything: first as the daemons like it, after 5 s for good. Steps of Slurm are children of none of ours.
end_all() {
  local try number=TERM pid
  for try in $(seq 100); do
    local pids=()
    mapfile -t pids < <(own_processes)
    local alive=0
    for pid in "${pids[@]}"; do
      kill -s "$number" "$pid" 2>/dev/null && kill -s CONT "$pid" 2>/dev/null && alive=1
    done
    [[ $alive -eq 1 ]] || return 0
    [[ $try -lt 50 ]] || number=KILL
    sleep 0.1
  done
}
clean_up() {
  local status=$?
  trap - EXIT INT TERM HUP
  end_all || true
  if [[ $temporary == yes && $status =~ ^(0|130|143)$ ]]; then
    rm -rf "$work"
  elif [[ $status -ne 0 ]]; then
    tail -n 15 "$work"/*/log/* 2>/dev/null || true
    echo "test_engines.sh: logs and results stay in $work"
  fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# wait_for SECONDS WHAT COMMAND...
wait_for() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [[ $SECONDS -lt $end ]] || fail "waited in vain for $what"
    sleep 0.2
  done
}

source "$repository/tests/engines/start_slurm.sh"

struck=()
strike() {
  local sentence
  sentence=$(python3 "$repository/tests/engines/strike.py" --work "$work" --strike "$1") ||
    fail "nothing was killed"
  say "$sentence"
  [[ ! $sentence =~ shard\ ([0-9]+-of-8) ]] || struck+=("${BASH_REMATCH[1]}")
}

save=labels,json,coco
pictures() {
  "$program" world --scenes 200 --train-share 1 --seed 7 --size 96 -o "$work/scenes" -q
  find "$work/scenes/images" -name '*.png' | sort >"$work/list.txt"
  "$program" segment --manifest "$work/list.txt" -m "$repository/models/demo" --class-file "$work/scenes/classes.txt" \
    -o "$work/one" --save $save --threads 1 -q
  say "one process labelled $(find "$work/one" -name '*.labels.png' | wc -l) images"
}

# Label files and coco.json by their bytes; reports of images without the seconds that they took. What was killed did
# not begin anew.
compare() {
  local shard journal
  for shard in "${struck[@]}"; do
    journal=$1/.relprompt-shards/$shard.jsonl
    [[ $(grep -c '"format":' "$journal") -ge 2 ]] || fail "$journal was not begun again"
    [[ -z $(grep -o '"id":"[^"]*"' "$journal" | sort | uniq -d) ]] || fail "images of $journal were labelled twice"
  done
  struck=()
  python3 "$repository/tests/engines/same_results.py" "$work/one" "$1" --images 200 ||
    fail "$1 is not what one process wrote"
  say "$(basename "$(dirname "$1")"): 200 label files and coco.json are those of one process, byte for byte," \
    "and so are the reports but for times"
}

slurm() {
  start_slurm "$work/slurm"
  local job merge
  job=$(sbatch --parsable --array=0-7 --cpus-per-task=1 --mem=1G "$repository/examples/slurm/label.sbatch" \
    "$work/list.txt" "$repository/models/demo" "$work/scenes/classes.txt" "$work/slurm/out" --save $save)
  merge=$(sbatch --parsable --dependency="afterany:$job" "$repository/examples/slurm/merge.sbatch" "$work/slurm/out")
  say "array $job of 8 tasks, then job $merge that joins them"
  strike program
  strike node
  job_ends 240 "$merge"
  grep -h '^task ' label-"$job"_*.log | sed 's/^/  /'
  grep -hq ': status 137, again: yes' label-"$job"_*.log || fail "no task was queued again after SIGKILL"
  sinfo -h -N -o '%N %T' | grep -q 'down' || fail "no node is down: $(sinfo -h -N)"
  grep -h "Requeuing\|requeue" log/slurmctld | sed 's/^\[[^]]*\] /  slurmctld: /' | head -n 5
  compare "$work/slurm/out"
}

# Two workers of one node each. The one that is not killed ends by itself, and both go on from the last checkpoint.
training() {
  "$program" world --scenes 24 --seed 3 --size 96 -o "$work/small" -q
  local setting=("$repository/configs/world-zero-shot.yaml" "$repository/models/demo" "$work/small")
  local rank ports job
  local more=(--set train.iterations=24 --set train.warmup_iterations=4 --set train.batch=4)
  more+=(--set train.checkpoint_every=4)
  read -r -a ports < <(free_ports 2)
  export MASTER_ADDR=127.0.0.1
  for rank in 0 1; do
    RANK=$rank WORLD_SIZE=2 MASTER_PORT=${ports[0]} "$program" train "${setting[0]}" --clip "${setting[1]}" \
      --data "${setting[2]}" -o "$work/undisturbed" --threads 1 -q "${more[@]}" &>"$work/undisturbed.$rank" &
  done
  wait
  [[ -e $work/undisturbed/result.json ]] || fail "$(cat "$work/undisturbed.0")"
  say "two workers trained 24 iterations undisturbed"

  start_slurm "$work/training"
  job=$(MASTER_PORT=${ports[1]} sbatch --parsable --nodes=2 --cpus-per-task=1 --mem=1G \
    "$repository/examples/slurm/train.sbatch" "${setting[@]}" "$work/training/run" -q "${more[@]}")
  say "job $job of two nodes"
  strike training-worker
  job_ends 240 "$job"
  grep -h '^job \|no sign of life' "train-$job.log" | sed 's/^/  /'
  grep -q 'status 0, again: no' "train-$job.log" || fail "the job did not end well"
  [[ $(grep -c '^job ' "train-$job.log") -ge 2 ]] || fail "the job was not queued again"
  cmp "$work/undisturbed/last/prompts.safetensors" run/last/prompts.safetensors ||
    fail "the prompts are not those of an undisturbed run"
  say "training: the prompts are those of an undisturbed run, byte for byte"
}

dask() {
  mkdir -p "$work/dask/log"
  cd "$work/dask"
  local port number
  read -r port < <(free_ports 1)
  "$python" -m distributed.cli.dask_scheduler --host 127.0.0.1 --port "$port" --no-dashboard &>log/scheduler &
  for number in 1 2 3; do
    "$python" -m distributed.cli.dask_worker "tcp://127.0.0.1:$port" --host 127.0.0.1 --no-nanny --no-dashboard \
      --nthreads 1 --local-directory "$work/dask" --name "worker$number" &>"log/worker$number" &
    disown  # or bash reports its death
  done
  "$python" "$repository/examples/dask/label_manifest.py" --scheduler "tcp://127.0.0.1:$port" \
    --manifest "$work/list.txt" --shards 8 -m "$repository/models/demo" --class-file "$work/scenes/classes.txt" \
    -o "$work/dask/out" --program "$program" --delay 1 -- --save $save &>log/client &
  local client=$! status=0
  say "Dask $("$python" -c 'import distributed; print(distributed.__version__)'): a scheduler, three workers, a client"
  strike dask-worker
  wait "$client" || status=$?
  sed 's/^/  /' log/client
  [[ $status -eq 0 ]] || fail "the client ended with status $status"
  grep -q '2 workers' log/client || fail "no worker is missing in what the client said"
  compare "$work/dask/out"
}

export RELPROMPT=$program
[[ " ${engines[*]} " != *" "[sd]* ]] || pictures
for engine in ${engines[*]}; do
  "$engine"
  end_all
done
say "done: ${engines[*]}"
