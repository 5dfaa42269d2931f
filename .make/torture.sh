#!/usr/bin/env bash
# Every suite that tries thousands of cases, one after the other, and at the end one table of all.
#   torture.sh SWIFT_FLAGS...
set -u
folder=.build/torture
rm -rf "$folder"
mkdir -p "$folder"
export FLAWSMITH_TORTURE=1 FLAWSMITH_TORTURE_FOLDER="$PWD/$folder" OMP_NUM_THREADS=1
export FLAWSMITH_SEED=${FLAWSMITH_SEED:-$((RANDOM * 30 + RANDOM % 30))}
echo "seed $FLAWSMITH_SEED"
status=0
for suite in 'HostileInputTests\.' 'ProgramTests/TortureTests' 'ProgramTests/EngineTortureTests'; do
    started=$SECONDS
    if ! swift test --skip-build "$@" --filter "$suite"; then
        status=1
        # A reader that crashes takes the suite along: what each worker was at.
        echo "$suite failed; its workers were last at:"
        cat "$folder"/case-* 2>/dev/null
    fi
    rm -f "$folder"/case-*
    echo "$suite took $((SECONDS - started)) s"
done
echo
printf '%-28s%9s%9s%9s%9s%9s   %s\n' '' tried unharmed told failed seed 'exit codes × how often'
cat "$folder/table"
exit $status
