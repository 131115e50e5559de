#!/usr/bin/env bash
# A real Slurm on this machine, for tests: one controller and three nodes (c1, c2, and g1 with two false GPUs).
#
#   cluster.sh start FOLDER    start it, or do nothing where it is up; FOLDER holds all that it writes
#   cluster.sh stop FOLDER     end what `start` began there, and nothing else
#   cluster.sh down FOLDER c1  end the daemon of one node, as a node that is lost; `up` starts it again
#
# It needs the programs munged, slurmctld, slurmd and sbatch (Debian: munge slurmctld slurmd slurm-client), but none of
# their services and none of their files in /etc. Whoever uses it sets SLURM_CONF=FOLDER/slurm.conf and puts FOLDER/bin
# first in PATH: Snakemake's jobs drop SLURM_CONF before they call srun, and the srun there sets it again.
set -euo pipefail

action=${1:?start, stop, down or up} folder=$(realpath -m "${2:?a folder}")
port=${FRAMEWRIGHT_SLURM_PORT:-27217}
export SLURM_CONF=$folder/slurm.conf
nodes=(c1 c2 g1)

running() { [ -e "$folder/run/$1.pid" ] && kill -0 "$(cat "$folder/run/$1.pid")" 2>/dev/null; }

launch() { # NAME COMMAND...: in the background, with its process id on record
  local name=$1
  shift
  running "$name" && return 0
  setsid "$@" >>"$folder/log/$name.out" 2>&1 </dev/null 9>&- &
  echo $! >"$folder/run/$name.pid"
}

await() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "cluster.sh: not ready: $*; see $folder/log" >&2; return 1; }
    sleep 0.2
  done
}

end() { # NAME
  running "$1" || return 0
  local pid
  pid=$(cat "$folder/run/$1.pid")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null || true
  rm -f "$folder/run/$1.pid"
}

kill_job() { # NUMBER NODE: all processes of a Slurm job of ours on a node, as when the node loses its power
  local process
  for process in /proc/[0-9]*; do
    if [[ "$(tr '\0' ' ' 2>/dev/null <"$process/cmdline")" == "slurmstepd: [$1."* ]] ||
      { tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -qx "SLURM_JOB_ID=$1" &&
        tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -qx "SLURMD_NODENAME=$2" &&
        tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -q "=$folder/bin:"; }; then
      kill -9 "${process#/proc/}" 2>/dev/null || true
    fi
  done
}

configure() {
  local host memory user name
  host=$(hostname -s) user=$(id -un)
  memory=$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
  mkdir -p "$folder"/{run,log,state,spool,bin,devices}
  chmod 755 "$folder" "$folder/run"
  (umask 077 && head -c 256 /dev/urandom >"$folder/munge.key")
  for name in 0 1; do mknod -m 666 "$folder/devices/gpu$name" c 1 3 2>/dev/null || touch "$folder/devices/gpu$name"; done
  echo "NodeName=g1 Name=gpu Type=fake Flags=nvidia_gpu_env File=$folder/devices/gpu[0-1]" >"$folder/gres.conf"
  printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$folder/slurm.conf" "$(command -v srun)" >"$folder/bin/srun"
  chmod 755 "$folder/bin/srun"
  cat >"$folder/slurm.conf" <<CONF
ClusterName=framewright
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/run/munge.socket
CryptoType=crypto/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/run/slurmctld.own
SlurmdPidFile=$folder/run/slurmd-%n.own
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd-%n.log
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SlurmdTimeout=15
ReturnToService=2
KillWait=5
MinJobAge=600
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=2,bf_interval=2
PriorityType=priority/basic
AccountingStorageType=accounting_storage/none
GresTypes=gpu
NodeName=c1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=4 RealMemory=$memory State=UNKNOWN
NodeName=c2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=4 RealMemory=$memory State=UNKNOWN
NodeName=g1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 3)) CPUs=4 RealMemory=$memory Gres=gpu:fake:2 State=UNKNOWN
PartitionName=cpu Nodes=c1,c2 Default=YES MaxTime=1-0 State=UP
PartitionName=gpu Nodes=g1 MaxTime=1-0 State=UP
CONF
}

daemons() {
  launch munged munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/run/munge.socket" \
    --pid-file="$folder/run/munged.own" --log-file="$folder/log/munged.log" --seed-file="$folder/run/munge.seed"
  await 20 munge --socket="$folder/run/munge.socket" -n
  launch slurmctld slurmctld -D
  await 30 scontrol ping
  for name in "${nodes[@]}"; do launch "slurmd-$name" slurmd -D -N "$name"; done
  await 40 ready
}

ready() { [ "$(sinfo --noheader --Node --format='%N %t' | sort -u | grep -cE ' (idle|mix|alloc)$')" = ${#nodes[@]} ]; }

case $action in
  start)
    [ -e "$folder/slurm.conf" ] || configure
    daemons
    ;;
  stop)
    jobs=()
    if running slurmctld; then
      mapfile -t jobs < <(squeue --noheader --states=RUNNING,COMPLETING --format='%A %N')
      scancel --full --me --state=PENDING,RUNNING 2>/dev/null || true
      for _ in $(seq 50); do [ -z "$(squeue --noheader --states=R,CG 2>/dev/null)" ] && break; sleep 0.2; done
    fi
    for name in "${nodes[@]}"; do end "slurmd-$name"; done
    end slurmctld
    end munged
    for job in "${jobs[@]}"; do kill_job ${job% *} ${job#* }; done  # those that did not go when they were asked
    ;;
  down)
    mapfile -t jobs < <(squeue --noheader --nodelist="$3" --states=RUNNING --format=%A)
    end "slurmd-$3"
    for number in "${jobs[@]}"; do kill_job "$number" "$3"; done
    scontrol update "NodeName=$3" State=DOWN Reason=lost
    ;;
  up)
    launch "slurmd-$3" slurmd -D -N "$3"
    scontrol update "NodeName=$3" State=RESUME
    await 30 ready
    ;;
  *)
    echo "cluster.sh: unknown action $action" >&2
    exit 2
    ;;
esac
