# Sourced by scripts/test_engines.sh, whose functions it uses: starts a Slurm that is independent of the machine's own.

# free_ports N: N ports on which nobody listens.
free_ports() {
  python3 - "$1" <<'END'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
END
}

# A Slurm of its own in FOLDER, which becomes the current one.
start_slurm() {
  mkdir -p "$1"/{log,munge,state}
  cd "$1"
  local ports user
  read -r -a ports < <(free_ports 3)
  user=$(id -un)
  (umask 077 && head -c 1024 /dev/urandom >munge/key)
  munged --foreground --force --socket="$PWD/munge/socket" --key-file="$PWD/munge/key" --pid-file="$PWD/munge/pid" \
    --seed-file="$PWD/munge/seed" --log-file="$PWD/log/munged" &>log/munged.out &
  wait_for 60 "munged's socket" test -S munge/socket
  # cred_expire is also how long a task that was queued again waits before it starts: 120 s by default.
  cat >slurm.conf <<END
ClusterName=engines
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${ports[0]}
AuthType=auth/munge
AuthInfo=socket=$PWD/munge/socket,cred_expire=5
CredType=cred/munge
SlurmUser=$user
SlurmdUser=$user
StateSaveLocation=$PWD/state
SlurmdSpoolDir=$PWD/spool-%n
SlurmctldPidFile=$PWD/slurmctld.pid
SlurmdPidFile=$PWD/slurmd-%n.pid
SlurmctldLogFile=$PWD/log/slurmctld
SlurmdLogFile=$PWD/log/slurmd-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SlurmdTimeout=5
MpiDefault=none
ReturnToService=0
NodeName=node1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=1 RealMemory=4096
NodeName=node2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=1 RealMemory=4096
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
  export SLURM_CONF=$PWD/slurm.conf
  slurmctld -D -c -f "$SLURM_CONF" &>log/slurmctld.out &
  local node
  for node in node1 node2; do
    ENGINES_NODE=$node slurmd -D -N "$node" -f "$SLURM_CONF" &>"log/$node.out" &
    disown
  done
  wait_for 120 "two idle nodes" bash -c '[[ $(sinfo -h -N -t idle -o %N | wc -l) -eq 2 ]]'
  say "Slurm $(slurmd -V | cut -d" " -f2): slurmctld and two slurmd as $user"
}

# job_ends SECONDS JOB: it must be completed then.
job_ends() {
  job_ended() { [[ $(scontrol show job "$1" -o) =~ JobState=(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL) ]]; }
  wait_for "$1" "the end of job $2" job_ended "$2"
  scontrol show job "$2" -o | grep -q 'JobState=COMPLETED' || fail "job $2: $(tail -n 20 ./*-"$2".log)"
}
