#!/usr/bin/env bash
# Shards of runs on a real Slurm on this machine: slurmctld, four slurmd (one for each virtual node) and munged, on loopback.
#   slurm.sh BIN [CASE...]     every case, or these; at the end a table
# Needs root and Debian; installs the four packages where they are missing. Exit code 69 where no Slurm can be had. Every daemon is stopped by its number at the end.
# KEEP=1 leaves the folder with logs and results.
set -uo pipefail
bin=$(realpath "$1"); shift
# slurmctld binds the address of its own host name. In a name space of our own that is localhost, whatever the machine is called.
[ "$(id -u)" = 0 ] && unshare --uts true || { echo "slurm: it needs root and a name space of its own"; exit 69; }
[ -n "${FLAWSMITH_UTS:-}" ] || exec unshare --uts env FLAWSMITH_UTS=1 bash "$0" "$bin" "$@"
hostname localhost
export OMP_NUM_THREADS=1 DEBIAN_FRONTEND=noninteractive
root=$(mktemp -d -t flawsmith-slurm.XXXXXX); chmod 755 "$root"
export SLURM_CONF=$root/slurm.conf
port=${PORT:-17900}
nodes=4
declare -A daemon=()
failures=0 table=

say() { echo "slurm: $*"; }
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }

# --- The cluster

if ! command -v slurmctld >/dev/null || ! command -v slurmd >/dev/null || ! command -v munged >/dev/null; then
    say "installing slurmctld, slurmd, slurm-client and munge"
    get() { RUNLEVEL=1 apt-get install -y --no-install-recommends slurmctld slurmd slurm-client munge; }
    { get || { apt-get update && get; }; } >"$root/apt.log" 2>&1 || { tail "$root/apt.log"; rm -rf "$root"; exit 69; }
fi

end() {
    trap - EXIT INT TERM
    if [ -n "${daemon[ctld]:-}" ] && squeue -h >/dev/null 2>&1; then
        scancel --quiet -u "$(id -un)" >/dev/null 2>&1
        for _ in $(seq 100); do [ -z "$(squeue -h 2>/dev/null)" ] && break; sleep 0.2; done
    fi
    for name in "${!daemon[@]}"; do [ "$name" = munge ] || kill "${daemon[$name]}" 2>/dev/null; done
    for name in "${!daemon[@]}"; do [ "$name" = munge ] || wait "${daemon[$name]}" 2>/dev/null; done
    [ -n "${daemon[munge]:-}" ] && kill "${daemon[munge]}" && wait "${daemon[munge]}" 2>/dev/null
    if [ -n "${KEEP:-}" ]; then say "kept: $root"; else rm -rf "$root"; fi
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

until_true() { # seconds, command…
    local left=$(($1 * 5)); shift
    until eval "$*" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || { say "waited in vain for: $*"; return 1; }
        sleep 0.2
    done
}

start_ctld() { setsid slurmctld -D -f "$SLURM_CONF" "$@" >>"$root/log/ctld.out" 2>&1 </dev/null & daemon[ctld]=$!; }
start_node() { setsid slurmd -D -N "n$1" -f "$SLURM_CONF" >>"$root/log/n$1.out" 2>&1 </dev/null & daemon[n$1]=$!; }

mkdir -p "$root"/{munge,state,spool,log,run}; chmod 700 "$root/munge"
(umask 077; head -c 128 /dev/urandom >"$root/munge/key")
cat >"$SLURM_CONF" <<CONF
ClusterName=flawsmith
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
CredType=cred/munge
# So long a requeued job waits; 120 s unless it is said.
AuthInfo=socket=$root/run/munge.sock,cred_expire=5
StateSaveLocation=$root/state
SlurmdSpoolDir=$root/spool/%n
SlurmctldPidFile=$root/run/ctld.pid
SlurmdPidFile=$root/run/%n.pid
SlurmctldLogFile=$root/log/ctld.log
SlurmdLogFile=$root/log/%n.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$root/log/jobcomp.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
SlurmctldParameters=preempt_send_user_signal
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SlurmdTimeout=10
KillWait=3
MinJobAge=600
MaxArraySize=1001
MailProg=/bin/true
NodeName=n[1-$nodes] NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + 1))-$((port + nodes)) CPUs=1 RealMemory=1000 State=UNKNOWN
PartitionName=usual Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=30
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=off
CONF
setsid munged -F --key-file="$root/munge/key" --seed-file="$root/munge/seed" --socket="$root/run/munge.sock" \
    --pid-file="$root/run/munged.pid" --origin=127.0.0.1 >"$root/log/munged.log" 2>&1 </dev/null & daemon[munge]=$!
until_true 30 "munge -n -S $root/run/munge.sock" || exit 69
start_ctld -c
until_true 60 "scontrol ping" || { tail "$root/log/ctld.out" "$root/log/ctld.log"; exit 69; }
for n in $(seq $nodes); do mkdir -p "$root/spool/n$n"; start_node "$n"; done
all_idle() { [ "$(sinfo -h -t idle -o %D -p usual)" = $nodes ]; }
until_true 60 all_idle || { sinfo; tail "$root"/log/n1.*; exit 69; }
say "$(slurmd -V) with $nodes nodes on this machine"

# --- A run

models=$(realpath .build/untrained) # `make untrained`
cat >"$root/parts.yaml" <<YAML
version: 2
name: parts
dataset: { kind: mvtec, path: $models/starter_mvtec.tar.xz, categories: [hex_nut, tablet] }
models: { diffusion: $models/diffusion, clip: $models/clip }
sampling: { shots: [1, 2], seeds: ${SEEDS:-[0, 1]} }
generation: { images_per_normal: ${PICTURES:-4}, cut: { steps: ${STEPS:-40} } }
detectors: { vlad: { image_size: 64, stages: [1, 2, 3, 4], epochs: 4 } }
YAML
flawsmith() { "$bin/flawsmith" "$@"; }
out= # of the case
on() { local command=$1; shift; flawsmith "$command" "$root/parts.yaml" --output "$out" "$@"; }
submit() { on submit --device cpu --shards "$@" >"$out.submit" 2>&1 || { cat "$out.submit"; return 1; }; }
records() { find "$out/units" -name record.json 2>/dev/null | wc -l; }
array() { sed -n 's/^generate: job \([0-9]*\).*/\1/p' "$out.submit" | tail -n 1; }
state() { squeue -h -r -t all -j "$1" -o '%F_%K %T' | sed -n "s/^$2 //p"; }
running() { [ "$(state "$(array)" "$(array)_$1")" = RUNNING ]; }
# The attempt's own process: engine and tool of a task, told by their environment.
processes() { grep -lszx "SLURM_ARRAY_TASK_ID=$2" /proc/[0-9]*/environ 2>/dev/null | while IFS= read -r file; do
    p=${file#/proc/}; p=${p%/environ}
    grep -qszx "SLURM_ARRAY_JOB_ID=$1" "$file" && [ "$(readlink "/proc/$p/exe")" = "$bin/$3" ] && echo "$p"
done; }
idle() { local q; q=$(squeue -h -r -t PENDING,RUNNING,COMPLETING,REQUEUED,SUSPENDED,CONFIGURING -o %i) && [ -z "$q" ]; }
settled() { until_true "${1:-900}" idle; }
digests() { # of exports and metrics
    (cd "$1" && find exports -name '*.sha256' -exec cat {} + && find runs -path '*/report/metrics.json' -exec sha256sum {} + | cut -c1-64) | sort
}
same() { [ -n "$(digests "$reference")" ] && [ "$(digests "$out")" = "$(digests "$reference")" ] || { say "other bytes than on one machine"; on status; return 1; }; }
finished() { grep -q "^shards: \([0-9]*\) of \1 complete" <(on status 2>/dev/null) || { on status; return 1; }; }

# What sharing out costs: from the call of submit to the first picture, and how long the nodes did nothing until the last one was drawn.
overhead() {
    local began=$1 first last line
    first=$(find "$out/units" -name record.json -printf '%T@\n' | sort -n | sed -n 1p) last=$(find "$out/units" -name record.json -printf '%T@\n' | sort -n | sed -n '$p')
    line=$(awk -v began="$began" -v first="$first" -v last="$last" -v nodes=$nodes -v alone="$alone" '
        function seconds(word) { split(word, t, "T"); split(t[2], c, ":"); return c[1] * 3600 + c[2] * 60 + c[3] }
        $0 ~ "Name=[^ ]*-generate " { for (i = 1; i <= NF; i++) { if ($i ~ /^StartTime=/) a = seconds(substr($i, 11)); if ($i ~ /^EndTime=/) b = seconds(substr($i, 9)) } busy += b - a }
        END { printf "first picture %.1f s after submit, all after %.1f s (the whole run on one machine took %.1f s); tasks of the array %.0f s together", first - began, last - began, alone, busy }' "$root/log/jobcomp.txt")
    say "$line"
}
case_array() {
    : >"$root/log/jobcomp.txt"; local t; t=$(now)
    submit 4 && settled && finished && same && overhead "$t"
}
case_numbers() {
    local n
    for n in 1 7; do out=$root/out-numbers-$n; submit $n && settled && finished && same || return 1; done
}
case_failure() { # one task is killed; what follows refuses; what is missing is submitted again
    submit 4 && until_true 60 "[ \$(records) -ge 2 ]" || return 1
    local a; a=$(array)
    until_true 60 "running 1 && [ -n \"\$(processes $a 1 flawsmith)\" ]" && kill -9 $(processes "$a" 1 flawsmith) || return 1
    settled || return 1
    [ "$(state "$a" "${a}_1")" = FAILED ] || { say "the task is $(state "$a" "${a}_1")"; return 1; }
    on run --no-drawing >/dev/null 2>&1; [ $? = 75 ] || { say "what follows was begun"; return 1; }
    on status | grep -q '^  shard 1/4: .*FAILED' || { on status; return 1; }
    on resubmit >"$out.submit" 2>&1 && grep -q -- '--array=1$' "$out.submit" && settled && finished && same
}
case_requeue() {
    submit 4 && until_true 60 "running 0 && [ \$(records) -ge 1 ]" && scontrol requeue "$(array)_0" && settled && finished && same
}
case_time() { # the warning before the time limit
    submit 4 && until_true 60 "running 0 && [ \$(records) -ge 1 ]" && scancel --signal=USR1 --batch "$(array)_0" && settled && finished && same &&
        grep -qs 'asked to make room' "$out"/runs/*/slurm/logs/*_0.log
}
case_nodedown() {
    submit 4 && until_true 60 "running 0 && [ \$(records) -ge 1 ]" || return 1
    local node; node=$(squeue -h -r -j "$(array)" -o '%K %N' | sed -n 's/^0 //p')
    scontrol update nodename="$node" state=down reason=tried; sleep 1
    scontrol update nodename="$node" state=resume 2>/dev/null # it may be back by itself
    settled && finished && same
}
case_splitbrain() { # the node's daemon dies, its task lives on, and is started elsewhere
    submit 2 && until_true 60 "running 0 && [ \$(records) -ge 1 ]" || return 1
    local a node engine tool; a=$(array); node=$(squeue -h -r -j "$a" -o '%K %N' | sed -n 's/^0 //p')
    engine=$(processes "$a" 0 flawsmith-engine); tool=$(processes "$a" 0 flawsmith)
    # It hangs meanwhile, so that it can't be over before the other attempt begins.
    kill -STOP $engine; kill -9 "${daemon[$node]}"; wait "${daemon[$node]}" 2>/dev/null
    until_true 90 "ls $out/runs/*/shards/*/attempts/0-* | grep -c '_0-1-' | grep -q 1" || { kill -CONT $engine; return 1; }
    kill -CONT $engine
    # Both are at it now; the node comes back when the first one is over.
    until_true 120 "! kill -0 $tool"
    start_node "${node#n}"
    settled && finished && same || return 1
    [ "$(ls "$out"/runs/*/shards/*/attempts/0-* | wc -l)" -ge 2 ]
}
case_controller() { # nobody answers for a while
    submit 4 && until_true 60 "[ \$(records) -ge 1 ]" || return 1
    kill -9 "${daemon[ctld]}"; wait "${daemon[ctld]}" 2>/dev/null
    local code=0
    on status | grep '^scheduler: unknown' || code=1
    on resubmit >/dev/null 2>&1; [ $? = 75 ] || code=1
    start_ctld; until_true 30 "scontrol ping" || return 1
    [ $code = 0 ] && settled && finished && same
}
case_preemption() { # with grace: USR1 comes before TERM
    submit 4 && until_true 60 "running 0 && [ \$(records) -ge 1 ]" || return 1
    sbatch --parsable -p urgent -N $nodes -o /dev/null --wrap 'sleep 1' >/dev/null || return 1
    settled && finished && same
}
case_fit() { # a task for each shot count and seed fits and judges; the report finds all of it done
    submit 4 && grep -q '^assess: job .*--array=0-3' "$out.submit" && settled && finished && same || return 1
    local log; for log in "$out"/runs/*/slurm/logs/*-assess-*_[0-3].log; do grep -q 'done: [1-9]' "$log" || { say "$log did nothing"; return 1; }; done
    [ "$(ls "$out"/runs/*/slurm/logs/*-assess-*_[0-3].log | wc -l)" = 4 ] && ! grep -qE '^ *(\[.*\] )?(fit|detect)/' "$out"/runs/*/slurm/logs/*-finish-*.log
}
case_starter() { # the demo, whole
    local manifest=Manifests/starter.yaml a=$root/out-starter-alone t; t=$(now)
    flawsmith run $manifest --output "$a" --device cpu >/dev/null 2>&1 || return 1
    alone=$(since "$t"); : >"$root/log/jobcomp.txt"; t=$(now)
    flawsmith submit $manifest --output "$out" --device cpu --shards 4 >"$out.submit" 2>&1 || { cat "$out.submit"; return 1; }
    settled 1800 || return 1
    overhead "$t"
    [ -n "$(digests "$a")" ] && [ "$(digests "$a")" = "$(digests "$out")" ]
}

say "the same run on one machine"
reference=$root/out-reference out=$reference
began=$(now); on run --device cpu >"$root/reference.log" 2>&1 || { tail "$root/reference.log"; exit 1; }
alone=$(since "$began")
say "took $alone s"

for name in "${@:-array numbers fit failure requeue time nodedown controller preemption splitbrain}"; do
    for one in $name; do
        out=$root/out-$one began=$(now)
        if "case_$one"; then word=passed; else word=FAILED failures=$((failures + 1)); fi
        took=$(since "$began")
        say "$one $word after $took s"
        table+=$(printf '%-14s%9s%10s' "$one" "$word" "$took")$'\n'
        [ $word = passed ] || { settled 5; scancel --quiet -u "$(id -un)"; settled 30; [ -n "${KEEP:-}" ] || tail -n 5 "$out"/runs/*/slurm/logs/*; }
        scontrol update nodename="n[1-$nodes]" state=resume 2>/dev/null
        until_true 60 all_idle
    done
done
printf '\n%-14s%9s%10s\n%s' case outcome seconds "$table"
exit $((failures > 0))
