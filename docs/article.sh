#!/usr/bin/env bash
# docs/article.sh ARTICLE DIR
#
# Works the press article about the release of the 2022 assessment through the whole
# house and prints the transcript that stands in docs/MEASURED.md. ARTICLE is the text of
# the article, which is not part of this repository; DIR is made. Needs heed in PATH.
set -u
article=${1:?the article}
dir=${2:?a directory to make}
mkdir -p "$dir"
cd "$(dirname "$0")/.." || exit 1
export HEED_STORE="$dir/case" HEED_PASSPHRASE='the first passphrase' HEED_NEW_PASSPHRASE='the second passphrase'

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
run heed user add luis --role custodian
run heed add --kind press_article "$dir/article.txt"
run heed add "$dir/article.txt"
run heed source S-001 --title 'Press report on the release of the assessment' --date 2022-09-02 --organisation 'A newspaper'
run heed basis S-001 --public-record 'the newspaper of 2 September 2022'
echo '$ heed quotes S-001   (the proposals without their words)'
heed quotes S-001 | grep '^Q-'

run heed rec 'Release all who are arbitrarily deprived of their liberty' --from S-001:9 --issuer 'UN Human Rights Office' --to 'Government of China' \
	--words 'prompt steps to release all individuals arbitrarily deprived of their liberty' --verb release
run heed rec 'Repeal discriminatory laws, policies and practices' --from S-001:10 --issuer 'UN Human Rights Office' --to 'Government of China' \
	--words 'urgently repeal all … laws, policies and practices' --verb repeal
run heed rec 'Give urgent attention to the breaches' --from S-001:8 --issuer 'UN Human Rights Office' --to 'Government of China,United Nations,world community' \
	--words '“urgent attention” from the UN, the world community and China' --verb address

run heed quotes S-001 --drop Q-017
run heed say --quote Q-006 --on-behalf-of 'UN Secretary-General' --words 'hopes the government of China will take on board the recommendations' --on 2022-09-01
run heed say --quote Q-012 --speaker "China's mission in Geneva" --on-behalf-of 'Government of China' --words 'firmly opposed the release of the UN assessment'
run heed say --quote Q-019 --speaker "China's UN ambassador in New York" --on-behalf-of 'Government of China' --words 'a completely fabricated lie out of political motivations'
run heed say --quote Q-021 --speaker 'Linda Thomas-Greenfield' --on-behalf-of 'United States' --words 'atrocities and human rights violations'
run heed say --from S-001:12 --speaker x --stance opposes --target release --words 'firmly opposed the recommendations'
run heed position R-01 --statement ST-002 --value rejected --why 'it opposed something'
run heed search-log --rec R-01 --actor 'Government of China' --to 2022-09-02 --where 'this one article' --note 'nothing about the recommendation itself'
run heed matrix --as-of 2022-09-02

run heed claim 'The assessment found it reasonable to conclude that a pattern of large-scale arbitrary detention occurred.' --from S-001:25
run heed claim "China's UN ambassador called the accusations a completely fabricated lie." --statement ST-003
run heed finding 'From this article alone the pattern of detention could not be verified.' --for C-001 --against C-002 --assertion unverified --outcome cannot_verify
run heed report 'From this article alone the pattern of detention could not be verified.' --cite F-01
run heed report 'The Secretary-General hopes the recommendations will be taken on board; China opposed the release of the assessment.' --cite ST-001,ST-002
run heed gate R1
run heed sign R1
run heed finding F-01 --answer C-002 --text 'The ambassador spoke of the accusations as a whole and named nothing that could be checked.'
run heed gate R1
run heed sign R1
run heed release R1 -o "$dir/one-article-R1.heed"
HEED_PASSPHRASE=$HEED_NEW_PASSPHRASE run heed sign R1 --as luis
run heed release R1 -o "$dir/one-article-R1.heed"
run heed check
heed user --keys >"$dir/office.keys"

mkdir "$dir/empty"
cp "$dir/one-article-R1.heed" "$dir/office.keys" "$dir/empty"
unset HEED_STORE HEED_PASSPHRASE HEED_NEW_PASSPHRASE
cd "$dir/empty" || exit 1
run heed verify one-article-R1.heed --key office.keys
run heed verify one-article-R1.heed
run unzip -q one-article-R1.heed
run sha256sum -c MANIFEST
