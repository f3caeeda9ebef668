#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# walks.sh processes|flows NUMBER: a walk by libnetatop over so many, in the machine that run.sh --icount
# starts. Each has to be told of, and once. Prints WHAT NUMBER INSTRUCTIONS.
# shellcheck source=selftests/vm/bench/many.sh
. "$(dirname "$(readlink -f "$0")")/many.sh"
WHAT=$1 NUMBER=$2
declare -A door=([processes]=walk [flows]=flows)

load_module max_records=1048576
setup_many
if [[ $WHAT == flows ]]; then
	conntrack_room "$NUMBER"
	conntrack_rule "$CLI"
fi
start_many "$WHAT" "$NUMBER"
send_many "$NUMBER"
cost=$("$here/cost" "${door[$WHAT]}" 2) || fatal "walk"
read -r cost _ told <<<"$cost"
[[ $told == "$NUMBER" ]] || fatal "a walk tells of $told $WHAT, not $NUMBER"
echo "$WHAT $NUMBER $cost"
end_many
end_all
