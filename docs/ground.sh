#!/usr/bin/env bash
# docs/ground.sh ARTICLE DIR
#
# Takes an article in, shows it, brings it back bit by bit, backs the case up, loses it,
# and brings it back elsewhere: the transcript stands in docs/MEASURED.md. ARTICLE is a text
# that is not part of this repository, so its words are left out; DIR is made. Needs heed
# in PATH.
set -u
article=${1:?the article}
dir=${2:?a directory to make}
mkdir -p "$dir/out"
export HEED_STORE="$dir/case" HEED_PASSPHRASE='the first passphrase' HEED_NEW_PASSPHRASE='a new one, for one that is lost'

# run shows a command without its directory, then its output and its status.
run() {
	local shown='$' word
	for word in "$@"; do
		case $word in *[!A-Za-z0-9_./:,@=-]*) shown+=" \"${word//$dir\//}\"" ;; *) shown+=" ${word//$dir\//}" ;; esac
	done
	echo "$shown"
	"$@" 2>&1 | sed "s#$dir/##g"
	local status=${PIPESTATUS[0]}
	[ "$status" = 0 ] || echo "(status $status)"
}

cp "$article" "$dir/article.txt"
run heed init "$dir/case" --title 'One article' --handle amina --recovery-file "$dir/words"
run heed add --kind press_article "$dir/article.txt"
echo '$ heed show S-001   (the sentences without their words)'
heed show S-001 | sed -E 's/^(S-001:[0-9]+)  .*/\1/' | awk '/^S-001:/ {n++; if (n > 3) {last = $0; next}} {print} END {print "…"; print last}'
run heed get S-001 -o "$dir/out"
run cmp "$dir/article.txt" "$dir/out/S-001-article.txt"
run heed checkpoint -o "$dir/earlier.checkpoint"
run heed history S-001
run heed backup "$dir/monday.backup"
echo '$ rm -r case'
rm -r "$dir/case"
run heed restore "$dir/monday.backup" "$dir/elsewhere"
export HEED_STORE="$dir/elsewhere"
run heed check --against "$dir/earlier.checkpoint"
mkdir -p "$dir/out/elsewhere"
run heed get S-001 -o "$dir/out/elsewhere"
run cmp "$dir/article.txt" "$dir/out/elsewhere/S-001-article.txt"
echo '$ # The passphrase is lost; the words of the recovery key are not.'
run env HEED_PASSPHRASE=forgotten heed check
run heed key recover M-01 --recovery --recovery-file "$dir/words"
export HEED_PASSPHRASE="$HEED_NEW_PASSPHRASE"
run heed check --against "$dir/earlier.checkpoint"
run heed key destroy S-001 --reason 'the source has withdrawn' --confirm S-001
run heed log -o "$dir/newest.log"
echo '$ heed user --keys > now.keys   (the member has had new keys since Monday)'
heed user --keys > "$dir/now.keys"
run heed show S-001
run env HEED_PASSPHRASE='the first passphrase' heed restore "$dir/monday.backup" "$dir/again" --log "$dir/newest.log" --key "$dir/now.keys"
run env HEED_PASSPHRASE='the first passphrase' heed show S-001 --store "$dir/again"
