#!/bin/sh
# Checks the records and asks the git history about them. Both always run; the exit status is the worse of the two.
#
#   AFTERCARE_DIR      the workspace                              (here)
#   AFTERCARE_SINCE    only what is new since this git revision   (everything)
#   AFTERCARE_STRICT   no: warnings do not fail                   (yes)
#   AFTERCARE_AUDIT    no: the history is not asked               (yes)
#   AFTERCARE_FORMAT   text, github, …                            (text)
#   AFTERCARE_AS_OF    judge as of the end of this day            (today)
set -u

status=0

run() {
    command=$1
    set -- -C "${AFTERCARE_DIR:-.}" --format "${AFTERCARE_FORMAT:-text}"
    if [ -n "${AFTERCARE_SINCE:-}" ]; then
        set -- "$@" --since "$AFTERCARE_SINCE"
    fi
    if [ -n "${AFTERCARE_AS_OF:-}" ]; then
        set -- "$@" --as-of "$AFTERCARE_AS_OF"
    fi
    if [ "${AFTERCARE_STRICT:-yes}" = yes ]; then
        set -- "$@" --strict
    fi
    aftercare "$command" "$@"
    said=$?
    if [ "$said" -gt "$status" ]; then
        status=$said
    fi
}

run check
if [ "${AFTERCARE_AUDIT:-yes}" = yes ]; then
    run audit
fi
exit "$status"
