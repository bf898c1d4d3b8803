package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/keys"
)

// canary stands in a sealed transcript, in its file name, in the EXIF of a sealed picture, in
// a sealed name, in a sealed note, and in the note of a custody step of a sealed source.
const canary = "Quzzelbranyark"

// picture is the beginning of a JPEG file with an EXIF block that names somebody.
func picture() []byte {
	exif := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x3b\x01\x02\x00\x0f\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00" + canary + "\x00"
	return append([]byte("\xff\xd8\xff\xe1\x00"+string(rune(len(exif)+2))+exif), "\xff\xd9"...)
}

// verbRun is one command of TestCanaryInEveryVerb. opens says that a custodian opens a seal
// on purpose: then, and only then, the canary must be in the answer or in what is written.
type verbRun struct {
	args  string
	stdin string
	opens bool
}

// everyVerb is a life of one case, in which every verb is used at least once. A failing
// verb counts too: it must be as silent.
func everyVerb() []verbRun {
	return []verbRun{
		{args: "init case --handle amina --recovery-file words"},
		{args: "user add luis --role custodian"},
		{args: "user"}, {args: "key"}, {args: "key list"},
		{args: "add --kind interview " + canary + ".txt --collected-on 2024-05-01 --received-from " + canary},
		{args: "add --sealed " + canary + ".jpg"},
		{args: "add article.txt"},
		{args: "add " + canary + "-missing.txt"},
		{args: "add --text-of S-001 redacted.txt"},
		{args: "seal S-001 --kind name", stdin: canary},
		{args: "seal S-001 --kind note", stdin: "Call " + canary + " back."},
		{args: "seal"}, {args: "unseal E-0001 --purpose why", opens: true},
		{args: "custody S-001 --add transferred --on 2024-05-02 --note " + canary}, {args: "custody S-001"},
		{args: "show"}, {args: "show S-001"}, {args: "show S-001:1"}, {args: "show S-002 --json"},
		{args: "get S-001 -o out"}, {args: "get S-003 -o out"},
		{args: "quotes S-003"}, {args: "quotes S-001"},
		{args: "source S-001 --title Interview"}, {args: "basis S-001 --consent public_report:public:role_only=given --explained purpose,uses,confidentiality_limits,withdrawal_right"}, {args: "basis S-003 --public-record paper"}, {args: "basis S-001"},
		{args: "say --from S-003:1 --speaker minister --words Nobody --target accusations --stance rejects"}, {args: "say"},
		{args: "claim A-claim --from S-001:1 --first-hand"}, {args: "claim Another --from S-003:1"}, {args: "claim"}, {args: "finding Held --for C-001 --assertion credible_indications --outcome met"}, {args: "finding"},
		{args: "add --again S-003"}, {args: "quotes"}, {args: "consent S-001"},
		{args: "consent S-001 --answer public_report:public:role_only=given --explained purpose,uses,confidentiality_limits,withdrawal_right --interpreter E-0001 --interviewer M-01"},
		{args: "person --label Detainee --source S-001"}, {args: "person P-01 --seal-name --lang ug --script Arab", stdin: canary}, {args: "person P-01"}, {args: "person"},
		{args: "person --public --why minister --name Minister"}, {args: "place --protected --source S-001 --label Home"}, {args: "place PL-01 --seal address", stdin: canary}, {args: "place PL-01"},
		{args: "place --name Lenz --at 41.5,75.5 --precision 10km"}, {args: "place"}, {args: "event --title Arrest --act arrest --victim P-01 --involve P-02 --degree gave_orders"},
		{args: "event EV-01 --attest S-001:1 --connection witness"}, {args: "event EV-01"}, {args: "event"},
		{args: "code S-003:1 threats --note why"}, {args: "code S-003"}, {args: "code CD-0001"}, {args: "code --terms"}, {args: "code --define raid --means night"}, {args: "code S-003 --compare M-01,M-02"},
		{args: "quantity --from S-003:1 --value 1 --unit person --population people --definition held --asserted-by minister"}, {args: "quantity"}, {args: "quantity QT-01 --against QT-01"},
		{args: "say ST-001"}, {args: "source S-001"}, {args: "policy"}, {args: "policy --min-origins 1 --why because"}, {args: "claim C-001"}, {args: "claim C-001 --credibility 3"},
		{args: "finding F-01"}, {args: "finding --verbs"}, {args: "finding F-01 --contrary-search archives"}, {args: "show F-01"}, {args: "show P-01 --json"}, {args: "undo F-01"}, {args: "undo F-01 --why back"}, {args: "status"},
		{args: "report Text --cite F-01"}, {args: "report"}, {args: "reply --send R1 --to ministry --channel letter --deadline 2999-01-01 -o sent.txt"}, {args: "reply"}, {args: "reply RQ-01 --received S-003"},
		{args: "reply RP-01 --paragraph 1 --disposition out_of_scope --reason none"}, {args: "reply RP-01 --publish link"}, {args: "reply RQ-01 --json"}, {args: "gate R1"}, {args: "sign R1"}, {args: "sign R1 --as luis"}, {args: "release R1 -o R1.heed"}, {args: "verify R1.heed"},
		{args: "rec Ask --from S-003:1 --to ministry"}, {args: "rec"}, {args: "position R-01 --statement ST-001 --value rejected"},
		{args: "action Did --rec R-01 --actor ministry --from S-003:1"}, {args: "action"}, {args: "assess R-01 --axis implementation --value not_assessed --why none"}, {args: "assess"},
		{args: "import table.csv --dry-run"}, {args: "import table.csv"}, {args: "rec R-01"},
		{args: "search-log --rec R-01 --actor ministry --to 2024-05-03 --where site"}, {args: "matrix --as-of 2024-05-03"},
		{args: "history S-001"}, {args: "history E-0001 --json"}, {args: "log"}, {args: "log -o log"}, {args: "proof 3 -o proof"}, {args: "checkpoint -o cp"},
		{args: "check --against cp"}, {args: "backup b.backup"}, {args: "restore b.backup back"}, {args: "export exported"},
		{args: "export opened --sealed --purpose why", opens: true},
		{args: "passphrase"}, {args: "key add --recovery-file words2"}, {args: "key rotate"}, {args: "key remove K-02"},
		{args: "user role M-02 member"}, {args: "key recover M-02 --recovery-file words"}, {args: "user remove M-02"},
		{args: "key destroy S-001 --reason withdrawn --confirm S-001"}, {args: "history S-001"}, {args: "show S-001"},
		{args: "demo --no-serve --dir demo"}, {args: "version"}, {args: "completion bash"}, {args: "help"},
		{args: "bench --entries 1000 --size 64KiB --window 1ms --dir ."}, {args: "serve --addr 0.0.0.0:1"},
		{args: "no-such-verb"},
	}
}

// TestCanaryInEveryVerb goes through everyVerb with a canary under seal: it stands in no
// answer, message or error, in no file and no file name that a verb leaves, and in no
// temporary file, but where a custodian opened it on purpose. What the store's pages hold
// when decrypted is read by TestCanaryIsNowhere in package app.
func TestCanaryInEveryVerb(t *testing.T) {
	dir, tmp := t.TempDir(), t.TempDir()
	t.Chdir(dir)
	t.Setenv("TMPDIR", tmp)
	inputs := map[string]string{
		canary + ".txt": strings.Repeat("I am "+canary+" and I was held. ", 400), canary + ".jpg": string(picture()),
		"article.txt": "\"Nobody was held,\" the minister said. The ministry must release them.", "redacted.txt": "A person, called [P-01], was held.",
		"table.csv": "To,To-Rgrp,To-Org,Text,From,From-Rgrp,From-Org,Response,Action,Issue,Session\nArvenia,,,Release them,Lenz,,,Noted,5,Detention,1\n",
	}
	for name, text := range inputs {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("out", 0o700); err != nil {
		t.Fatal(err)
	}
	used, clean := map[string]bool{}, clean{}
	for _, v := range everyVerb() {
		words := strings.Fields(v.args)
		var out, msg bytes.Buffer
		status := Run(t.Context(), canaryEnv(words, v.stdin, &out, &msg), outside...)
		t.Logf("status %d: %s\n%s", status, v.args, &msg)
		used[words[0]+" "+second(words)] = status != 2
		found := tells(out.Bytes()) || tells(msg.Bytes()) || v.opens && clean.tellsTree(t, dir, inputs) != ""
		if v.opens && !found {
			t.Errorf("%s: opened on purpose, and nothing is seen: this test would see nothing\n%s", v.args, &msg)
		}
		if v.opens {
			os.RemoveAll("opened") // what it was for is done
			continue
		}
		if found {
			t.Errorf("%s tells:\n%s%s", v.args, &out, &msg)
		}
		for _, root := range []string{dir, tmp} {
			if where := clean.tellsTree(t, root, inputs); where != "" {
				t.Errorf("after %s it stands in %s", v.args, where)
			}
		}
	}
	everyLeaf(t, used)
}

func canaryEnv(args []string, stdin string, out, msg *bytes.Buffer) Env {
	env := map[string]string{"HEED_STORE": "case", "HEED_PASSPHRASE": mine, "HEED_NEW_PASSPHRASE": mine}
	return Env{Args: args, Stdin: strings.NewReader(stdin), Stdout: out, Stderr: msg, Getenv: func(k string) string { return env[k] },
		Clock: app.SystemClock, Cost: keys.FloorCost, Terminal: args[0] == "unseal", TerminalOut: args[0] == "unseal"}
}

func second(words []string) string {
	if len(words) > 1 && (words[0] == "key" || words[0] == "user" || words[0] == "completion") {
		return words[1]
	}
	return ""
}

// everyLeaf fails for a verb that was not used, or only in a form that was not understood.
func everyLeaf(t *testing.T, used map[string]bool) {
	t.Helper()
	var walk func(c *cobra.Command, path string)
	walk = func(c *cobra.Command, path string) {
		for _, sub := range c.Commands() {
			if sub.Name() == "completion" || c.Name() == "completion" || !sub.Runnable() && !sub.HasSubCommands() {
				continue // a topic runs nothing; completion takes the shell's name, and one shell stands for all
			}
			if !sub.HasSubCommands() && !used[strings.TrimPrefix(path+" "+sub.Name(), " ")] && !used[sub.Name()+" "] {
				t.Errorf("this test does not use the verb %s %s", path, sub.Name())
			}
			walk(sub, sub.Name())
		}
	}
	walk(rootForTest(t), "")
}

// tells looks for the canary in common encodings.
func tells(b []byte) bool {
	if bytes.Contains(bytes.ToLower(b), []byte(strings.ToLower(canary))) || bytes.Contains(b, []byte(hex.EncodeToString([]byte(canary)))) {
		return true
	}
	for shift := range 3 {
		enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + canary))
		if bytes.Contains(b, []byte(enc[4:len(enc)-4])) {
			return true
		}
	}
	return false
}

// clean are the digests of contents that were searched before and tell nothing.
type clean map[[sha256.Size]byte]bool

// tellsTree looks in every file and file name but the inputs of this test.
func (c clean) tellsTree(t *testing.T, root string, inputs map[string]string) (where string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || inputs[d.Name()] != "" {
			return err
		}
		b, err := os.ReadFile(path)
		sum := sha256.Sum256(b)
		if !c[sum] && tells(b) || tells([]byte(d.Name())) {
			where = path
			return err
		}
		c[sum] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return where
}
