#!/usr/bin/env bash
# docs/rooms.sh ARTICLE DIR
#
# Works the press article about the release of the 2022 assessment through the five rooms,
# from the bytes to recommendations, positions, quantities, a finding and a release, and
# prints the transcript that stands in docs/MEASURED.md. ARTICLE is the text of the article,
# which is not part of this repository; DIR is made. Needs heed in PATH.
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

# quiet shows the command and the first line of what it says: ids and addresses, not the
# words of the article.
quiet() {
	run "$@" | sed -n '1,2p' | cut -c1-150
}

# checks shows the command, the finding's first line and what its check says.
checks() {
	run "$@" | grep -E '^\$|^F-|^  BLOCKS|^  shown|^heed|^\('
}

cp "$article" "$dir/article.txt"
cat >"$dir/note.txt" <<'NOTE'
Note of the team on page counts, 5 September 2022.
Other papers of the same week wrote that the reply of the Government of China ran to 131 pages.
NOTE

run heed init "$dir/case" --title 'One article' --handle amina --recovery-file "$dir/words"
run heed user add luis --role custodian
run heed add --kind press_article "$dir/article.txt"
run heed add --kind document "$dir/note.txt"
quiet heed source S-001 --title 'Press report on the release of the assessment' --date 2022-09-02 --organisation 'A newspaper' --origin own
quiet heed source S-002 --title 'Note on page counts' --date 2022-09-05 --organisation 'The team'
run heed basis S-001 --public-record 'the newspaper of 2 September 2022'
run heed basis S-002 --public-record 'a note of the team'
echo '$ heed quotes S-001   (the proposals without their words)'
heed quotes S-001 | grep '^Q-'

echo
echo '# The actors.'
run heed person --unit individual --name 'Antonio Guterres' --lang en --script Latn --public --why 'Secretary-General of the United Nations'
run heed person --unit individual --name 'Stephane Dujarric' --lang fr --script Latn --public --why 'his spokesman'
run heed person --unit organisation --name 'Government of China' --lang en --script Latn --public --why 'a government'
run heed place --kind region --name Xinjiang --lang en --script Latn --also 'name:zh:Hans:新疆' --precision region --region Xinjiang
run heed event --title 'Release of the assessment' --on 2022-08-31 --attest S-001:8 --connection reporter

echo
echo '# Three recommendations.'
run heed rec 'Release all who are arbitrarily deprived of their liberty' --from S-001:9 --issuer 'UN Human Rights Office' --to 'Government of China' \
	--words 'prompt steps to release all individuals arbitrarily deprived of their liberty' --verb release
run heed rec 'Repeal discriminatory laws, policies and practices' --from S-001:10 --issuer 'UN Human Rights Office' --to 'Government of China' \
	--words 'urgently repeal all … laws, policies and practices' --verb repeal
run heed rec 'Give urgent attention to the breaches' --from S-001:8 --issuer 'UN Human Rights Office' --to 'Government of China,United Nations,world community' \
	--words '“urgent attention” from the UN, the world community and China' --verb address

echo
echo '# Every proposal is accepted, corrected or dropped by a person.'
quiet heed say --quote Q-001 --speaker 'Antonio Guterres' --speaker-id P-01 --on 2022-09-01
quiet heed say --quote Q-002 --on-behalf-of 'Government of China' --on 2022-09-01
quiet heed say --quote Q-003 --speaker 'Antonio Guterres' --speaker-id P-01 --words 'the government of China will take on board the recommendations put forward in the assessment' --on 2022-09-01
quiet heed say --quote Q-004 --speaker 'Antonio Guterres' --speaker-id P-01 --on 2022-09-01
quiet heed say --quote Q-005 --speaker-id P-02 --on-behalf-of 'UN Secretary-General' --on 2022-09-01
quiet heed say --quote Q-006 --speaker-id P-02 --on-behalf-of 'UN Secretary-General' --on 2022-09-01
quiet heed say --quote Q-007 --speaker 'UN Human Rights Office' --target other:'serious human rights breaches' --on 2022-08-31
quiet heed say --quote Q-008 --speaker 'UN Human Rights Office' --target recommendation:R-03 --on 2022-08-31
quiet heed say --quote Q-009 --speaker 'UN Human Rights Office' --target recommendation:R-01 --on 2022-08-31
quiet heed say --quote Q-010 --speaker 'UN Human Rights Office' --target recommendation:R-02 --on 2022-08-31
quiet heed say --quote Q-011 --on-behalf-of 'Government of China' --words 'denounced the report' --on 2022-09-01
quiet heed say --quote Q-012 --speaker "China's mission in Geneva" --on-behalf-of 'Government of China' --words 'firmly opposed the release of the UN assessment' --on 2022-09-01
quiet heed say --quote Q-013 --speaker "China's mission in Geneva" --on-behalf-of 'Government of China' --on 2022-09-01
run heed quotes S-001 --drop Q-014,Q-015
quiet heed say --quote Q-016 --speaker "China's mission in Geneva" --on-behalf-of 'Government of China' --on 2022-09-01
run heed quotes S-001 --drop Q-017
quiet heed say --quote Q-018 --speaker "China's mission in Geneva" --on-behalf-of 'Government of China' --target other:'life in Xinjiang' --on 2022-09-01
quiet heed say --quote Q-019 --speaker "China's UN ambassador in New York" --on-behalf-of 'Government of China' --words 'a completely fabricated lie out of political motivations' --on 2022-09-01
quiet heed say --quote Q-020 --on-behalf-of 'Government of China' --words 'denounced the report' --on 2022-09-01
quiet heed say --quote Q-021 --speaker 'Linda Thomas-Greenfield' --on-behalf-of 'United States' --on 2022-09-01
quiet heed say --quote Q-022 --target other:'when the report would be released'
quiet heed say --quote Q-023 --target report
quiet heed say --quote Q-024 --speaker 'UN Human Rights Office' --target other:'that a million or more were detained' --on 2022-08-31
quiet heed say --quote Q-025 --speaker 'UN Human Rights Office' --target other:'a pattern of arbitrary detention' --on 2022-08-31
run heed quotes S-001 --drop Q-026
run heed quotes

echo
echo '# Words about the release set no position; who was not looked for is not silent.'
run heed position R-01 --statement ST-012 --value rejected --why 'it opposed something'
run heed search-log --rec R-01,R-02 --actor 'Government of China' --to 2022-09-02 --where 'this one article' --note 'nothing about the recommendations themselves'
echo '$ heed matrix --as-of 2022-09-02   (the statements without their words)'
heed matrix --as-of 2022-09-02 | sed 's/: “.*//'

echo
echo '# A contested number: two quantities, and a third that counts something else.'
run heed quantity --from S-001:16 --words '121-page' --value 121 --unit page --population 'the paper attached to the assessment' --definition 'pages as published' --asserted-by 'this newspaper'
run heed quantity --from S-002:2 --words '131 pages' --value 131 --unit page --population 'the paper attached to the assessment' --definition 'pages as published' --asserted-by 'other papers'
run heed quantity --from S-001:8 --words '48-page' --value 48 --unit page --population 'the assessment' --definition 'pages as published' --asserted-by 'this newspaper'
run heed quantity QT-01 --against QT-02
run heed quantity QT-01 --against QT-03

echo
echo '# A finding with claims for and against.'
quiet heed claim 'The assessment found a pattern of large-scale arbitrary detention between 2017 and 2019.' --statement ST-022 --elements what,when --credibility 3 --about PL-01
quiet heed claim 'The assessment rests in part on interviews with former detainees.' --from S-001:23 --elements how --credibility 3
quiet heed claim "China's UN ambassador called the accusations a completely fabricated lie." --statement ST-016 --contradicts C-001 --credibility 6
run heed finding 'It is established that arbitrary detention took place on a large scale.' --for C-001,C-002 --assertion established --outcome met
checks heed finding 'It is reasonable to conclude that arbitrary detention took place on a large scale.' --for C-001,C-002 --assertion established --outcome met
checks heed finding F-01 --against C-003
checks heed finding F-01 --outcome cannot_verify --assertion unverified --reword 'From this article alone the pattern of detention could not be verified.' --answer C-003 \
	--text 'The ambassador spoke of the accusations as a whole and named nothing that could be checked.'
run heed finding F-01

echo
echo '# The report, a reply that is asked for, the gate, and what waits.'
run heed report 'From this article alone the pattern of detention could not be verified.' --cite F-01
run heed report 'The Secretary-General hopes the recommendations will be taken on board; China opposed the release of the assessment.' --cite ST-003,ST-012
run heed reply --send R1 --to 'Government of China' --channel letter --deadline 2022-09-30 --sent-on 2022-09-05 --zone Europe/Zurich -o "$dir/sent.txt"
run heed gate R1
run heed undo F-01 --why 'to show that nothing is lost'
run heed undo F-01 --why 'and back'
run heed status
run heed sign R1
HEED_PASSPHRASE=$HEED_NEW_PASSPHRASE run heed sign R1 --as luis
run heed release R1 -o "$dir/one-article-R1.heed"
run heed check
heed user --keys >"$dir/office.keys"

mkdir "$dir/empty"
cp "$dir/one-article-R1.heed" "$dir/office.keys" "$dir/empty"
unset HEED_STORE HEED_PASSPHRASE HEED_NEW_PASSPHRASE
cd "$dir/empty" || exit 1
run heed verify one-article-R1.heed --key office.keys
run unzip -q one-article-R1.heed
run sha256sum -c MANIFEST
