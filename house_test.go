package heed

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "heed"

// mayImport lists, for each room, the rooms it may import. What is not listed is
// forbidden, and a room without a line fails. They stand in the order in which work
// flows: a room may look upstream, never downstream.
var mayImport = map[string]string{
	"":                            "",
	"bundle":                      "",
	"internal/fault":              "",
	"internal/durable":            "",
	"internal/lang":               "",
	"internal/lang/ident":         "lang",
	"internal/lang/ident/train":   "lang lang/ident",
	"internal/seal":               "",
	"internal/store":              "",
	"internal/store/blob":         "",
	"internal/store/hold":         "",
	"internal/ledger":             "store lang",
	"internal/keys":               "seal durable",
	"internal/backup":             "",
	"internal/vault":              "seal lang ledger store store/blob",
	"internal/intake/extract":     "lang",
	"internal/intake/quote":       "lang",
	"internal/intake":             "store store/blob ledger lang lang/ident seal intake/extract intake/quote",
	"internal/record/codebook":    "",
	"internal/record/edtf":        "",
	"internal/record":             "record/codebook record/edtf intake store ledger lang seal",
	"internal/corroborate":        "record intake store ledger lang",
	"internal/release/quotation":  "record lang",
	"internal/release/victim":     "record lang",
	"internal/release":            "release/quotation release/victim bundle corroborate record intake store ledger lang seal",
	"internal/followup/table":     "lang",
	"internal/followup":           "followup/table corroborate record intake store ledger lang",
	"internal/web":                "intake record corroborate release followup ledger lang seal",
	"internal/app":                "keys vault backup durable store store/blob store/hold ledger intake intake/quote record corroborate release followup lang seal",
	"internal/cli/console":        "keys lang durable",
	"internal/bench":              "app cli/console intake record corroborate followup keys ledger store",
	"internal/demo":               "app cli/console intake record corroborate release followup keys lang seal bundle",
	"internal/cli/recordcmd":      "cli/console intake intake/extract intake/quote record corroborate followup ledger lang seal",
	"internal/cli/corroboratecmd": "cli/console intake record corroborate ledger lang",
	"internal/cli/releasecmd":     "cli/console intake record corroborate release ledger lang",
	"internal/cli/followupcmd":    "cli/console intake record corroborate followup followup/table ledger lang",
	"internal/cli":                "cli/console cli/recordcmd cli/corroboratecmd cli/releasecmd cli/followupcmd app web bundle intake intake/extract intake/quote record corroborate release followup keys ledger lang seal",
	"cmd/heed":                    "cli demo bench",
	"cmd/heed-verify":             "bundle",
}

// everyRoom is the leaf that all may import: the ways in which an operation is refused.
var everyRoom = []string{"internal/fault"}

// A wall holds through any number of imports, not only direct ones.
var walls = []struct{ from, to, why string }{
	{"internal/release", "internal/vault", "what is published must be built by code that cannot open a seal"},
	{"internal/release", "internal/keys", "a signature comes from a person's own unlock, not from the room that wants it"},
	{"internal/intake", "internal/vault", "the door seals and cannot open"},
	{"internal/followup", "internal/vault", "follow-up works on what is public"},
	{"internal/web", "internal/vault", "only the custody pages will open a seal, and they are a room of their own"},
	{"internal/web", "internal/app", "a face is handed what it may show"},
	{"bundle", "net/http", "a bundle is checked offline"},
	{"bundle", "database/sql", "a bundle is checked without a store"},
	{"cmd/heed-verify", "internal/store", "a stranger must be able to read the whole verifier"},
	{"cmd/heed-verify", "internal/fault", "the verifier shares no code with the rest"},
	{"internal/record", "net/http", "the record does not know that it is on the web"},
	{"internal/corroborate", "encoding/xml", "rules work on records, not on files"},
	{"internal/intake/quote", "database/sql", "a proposal must follow from the text alone"},
	{"internal/intake/quote", "net", "a proposal must follow from the text alone"},
}

// modulesAllowed lists every module that programs and packages which outsiders must
// trust may use, tests of theirs included.
var modulesAllowed = map[string][]string{
	"bundle":          {"golang.org/x/mod"},
	"cmd/heed-verify": {"golang.org/x/mod"},
}

// onlyImporters names the only rooms that may import a room directly.
var onlyImporters = map[string][]string{
	"internal/vault": {"internal/app"},
	"internal/cli":   {"cmd/heed"},
	"internal/app":   {"internal/cli", "internal/demo", "internal/bench"},
}

// sqlRooms hold both rules and rows. Their rules must be readable, and testable,
// without a database, so only files named *_sql.go may see the store.
var sqlRooms = []string{"internal/intake", "internal/record", "internal/corroborate", "internal/release", "internal/followup"}

// clockRooms may ask the machine for the time. Everything else is told.
var clockRooms = []string{"internal/app"}

const (
	maxDepth       = 10
	maxGroundDepth = 8
	maxFuncLines   = 80
	maxFileLines   = 600
	maxPkgLines    = 4000
	maxDirect      = 20
)

type pkg struct {
	ImportPath, Name, Doc, Dir, ForTest     string
	Imports, Deps, GoFiles, TestGoFiles     []string
	TestImports, XTestGoFiles, XTestImports []string
	Module                                  *struct{ Path string }
	Standard                                bool
}

func (p *pkg) room() string { return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/") }

// list asks the go command for all packages. With test it includes what tests import.
func list(t *testing.T, test bool) map[string]*pkg {
	t.Helper()
	// The go command caches a passing test until a file the test opened changes, and it
	// cannot see what go list opens in another process. Without this walk, a whole new
	// package would be answered "ok (cached)".
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"list", "-deps", "-json=ImportPath,Name,Doc,Dir,ForTest,Imports,Deps,GoFiles,TestGoFiles,TestImports,XTestGoFiles,XTestImports,Module,Standard"}
	if test {
		args = append(args, "-test")
	}
	out, err := exec.Command("go", append(args, "./...")...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	pkgs := map[string]*pkg{}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		p := new(pkg)
		if err := d.Decode(p); err != nil {
			t.Fatal(err)
		}
		pkgs[p.ImportPath] = p
	}
	return pkgs
}

// ours lists the packages of this module in order, without the variants go makes for tests.
func ours(pkgs map[string]*pkg) []*pkg {
	var o []*pkg
	for _, k := range slices.Sorted(maps.Keys(pkgs)) {
		if (k == module || strings.HasPrefix(k, module+"/")) && pkgs[k].ForTest == "" && !strings.HasSuffix(k, ".test") {
			o = append(o, pkgs[k])
		}
	}
	return o
}

func full(room string) string {
	switch {
	case room == "":
		return module
	case strings.HasPrefix(room, "internal/"), strings.HasPrefix(room, "cmd/"), room == "bundle":
		return module + "/" + room
	}
	return module + "/internal/" + room
}

func isOurs(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

// mayTestImport lets tests of a room reach, besides what the room itself may, the
// rooms upstream that they need to build their data.
var mayTestImport = map[string]string{
	"internal/ledger":             "",
	"internal/record":             "store/blob intake/quote intake/extract",
	"internal/corroborate":        "store/blob intake/quote seal",
	"internal/release":            "store/blob intake/quote",
	"internal/followup":           "store/blob intake/quote seal",
	"internal/cli":                "store store/blob vault demo bench",
	"internal/cli/recordcmd":      "store store/blob release",
	"internal/cli/corroboratecmd": "store store/blob intake/quote seal",
	"internal/cli/releasecmd":     "store store/blob intake/quote seal corroborate",
	"internal/cli/followupcmd":    "store store/blob seal",
	"internal/app":                "intake/extract bundle",
}

func TestHouseRooms(t *testing.T) {
	for _, p := range ours(list(t, false)) {
		allowed, ok := mayImport[p.room()]
		if !ok {
			t.Errorf("%s: a new room needs a line in mayImport and in ARCHITECTURE.md", p.room())
			continue
		}
		check := func(imports []string, rooms string, what string) {
			may := []string{p.ImportPath}
			for _, r := range append(strings.Fields(rooms), everyRoom...) {
				may = append(may, full(r))
			}
			for _, im := range imports {
				if isOurs(im) && !slices.Contains(may, im) {
					t.Errorf("%s%s must not import %s", p.room(), what, strings.TrimPrefix(im, module+"/"))
				}
			}
		}
		check(p.Imports, allowed, "")
		check(slices.Concat(p.TestImports, p.XTestImports), allowed+" "+mayTestImport[p.room()], " (tests)")
	}
}

func TestHouseWalls(t *testing.T) {
	pkgs := list(t, false)
	for _, w := range walls {
		p := pkgs[full(w.from)]
		if p == nil {
			t.Errorf("wall names a missing room %s", w.from)
			continue
		}
		to := w.to
		if strings.HasPrefix(to, "internal/") {
			to = full(to)
		}
		if slices.Contains(p.Deps, to) {
			t.Errorf("%s reaches %s: %s", w.from, w.to, w.why)
		}
	}
}

func TestHouseOnlyImporters(t *testing.T) {
	for _, p := range ours(list(t, false)) {
		for room, who := range onlyImporters {
			if slices.Contains(p.Imports, full(room)) && !slices.Contains(who, p.room()) {
				t.Errorf("%s must not import %s: only %v may", p.room(), room, who)
			}
		}
	}
}

func TestHouseSQLFiles(t *testing.T) {
	pkgs := list(t, false)
	for _, room := range sqlRooms {
		p := pkgs[full(room)]
		if p == nil {
			t.Errorf("missing room %s", room)
			continue
		}
		for _, f := range p.GoFiles {
			for _, im := range importsOf(t, filepath.Join(p.Dir, f)) {
				if (im == "database/sql" || im == full("store")) && !strings.HasSuffix(f, "_sql.go") {
					t.Errorf("%s/%s: only *_sql.go files see the store", room, f)
				}
			}
		}
	}
}

func importsOf(t *testing.T, name string) (paths []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, im := range file.Imports {
		paths = append(paths, strings.Trim(im.Path.Value, `"`))
	}
	return paths
}

func TestHouseModules(t *testing.T) {
	for _, test := range []bool{false, true} {
		pkgs := list(t, test)
		for room, allowed := range modulesAllowed {
			for path, p := range pkgs {
				if path != full(room) && !strings.HasPrefix(path, full(room)+".test") && !strings.HasPrefix(path, full(room)+" [") {
					continue
				}
				for _, d := range p.Deps {
					if q := pkgs[d]; q != nil && q.Module != nil && q.Module.Path != module && !slices.Contains(allowed, q.Module.Path) {
						t.Errorf("%s depends on module %s", path, q.Module.Path)
					}
				}
			}
		}
	}
}

// TestHouseDependencies holds go.mod against DEPENDENCIES.md: every direct module has
// its line of reason, no line is about a module that went, and there are few.
func TestHouseDependencies(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("DEPENDENCIES.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for _, line := range strings.Split(string(mod), "\n") {
		f := strings.Fields(line)
		if len(f) == 2 && strings.Contains(f[0], ".") && strings.HasPrefix(f[1], "v") {
			direct[f[0]] = true
		}
	}
	if len(direct) == 0 || len(direct) > maxDirect {
		t.Errorf("go.mod has %d direct modules, want 1 to %d", len(direct), maxDirect)
	}
	for _, line := range strings.Split(string(doc), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		name := strings.Trim(strings.TrimSpace(cells[1]), "`")
		if !direct[name] {
			t.Errorf("DEPENDENCIES.md explains %s, which go.mod does not require directly", name)
		}
		delete(direct, name)
	}
	for name := range direct {
		t.Errorf("DEPENDENCIES.md has no line of reason for %s", name)
	}
}

// depths is the longest chain of our own imports from each package, itself included.
func depths(pkgs map[string]*pkg) func(string) int {
	memo := map[string]int{}
	var depth func(string) int
	depth = func(k string) int {
		if n, ok := memo[k]; ok {
			return n
		}
		n := 0
		for _, im := range pkgs[k].Imports {
			if isOurs(im) {
				n = max(n, depth(im))
			}
		}
		memo[k] = n + 1
		return n + 1
	}
	return depth
}

func TestHouseDepth(t *testing.T) {
	pkgs := list(t, false)
	depth := depths(pkgs)
	deepest, at := 0, ""
	for _, p := range ours(pkgs) {
		if n := depth(p.ImportPath); n > deepest {
			deepest, at = n, p.room()
		}
	}
	t.Logf("depth %d at %s", deepest, at)
	if deepest > maxDepth {
		t.Errorf("import depth %d at %s, want at most %d", deepest, at, maxDepth)
	}
}

// TestHouseGroundDepth: what everything stands on must be read in one sitting.
func TestHouseGroundDepth(t *testing.T) {
	pkgs := list(t, false)
	depth := depths(pkgs)
	for _, room := range []string{"store", "store/blob", "store/hold", "ledger", "keys", "vault", "backup", "intake"} {
		if pkgs[full(room)] == nil {
			t.Errorf("%s: no such room", room)
			continue
		}
		n := depth(full(room))
		t.Logf("import depth %d at %s", n, room)
		if n > maxGroundDepth {
			t.Errorf("import depth %d at %s, want at most %d on the ground floor", n, room, maxGroundDepth)
		}
	}
}

func TestHouseNamesAndDocs(t *testing.T) {
	vague := []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "lib", "types", "model", "models", "manager", "core"}
	for _, p := range ours(list(t, false)) {
		if p.Doc == "" {
			t.Errorf("%s: no package comment", p.room())
		}
		if b := path.Base(p.room()); slices.Contains(vague, b) || strings.HasSuffix(b, "util") || strings.HasSuffix(b, "utils") {
			t.Errorf("%s: a room is named for what it holds", p.room())
		}
	}
}

// eachFile parses every file of ours, with its tests when asked.
func eachFile(t *testing.T, tests bool, fn func(p *pkg, name string, src []byte, fset *token.FileSet, file *ast.File)) {
	t.Helper()
	for _, p := range ours(list(t, false)) {
		files := p.GoFiles
		if tests {
			files = slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles)
		}
		for _, f := range files {
			name := filepath.Join(p.Dir, f)
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, name, src, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			fn(p, p.room()+"/"+f, src, fset, file)
		}
	}
}

func TestHouseSizes(t *testing.T) {
	total := map[string]int{}
	longest, at := 0, ""
	eachFile(t, false, func(p *pkg, name string, src []byte, fset *token.FileSet, file *ast.File) {
		n := strings.Count(string(src), "\n")
		total[p.room()] += n
		if n > maxFileLines {
			t.Errorf("%s: %d lines, want at most %d", name, n, maxFileLines)
		}
		for _, d := range file.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := fset.Position(fd.End()).Line - fset.Position(fd.Pos()).Line + 1
			if lines > longest {
				longest, at = lines, name+":"+fd.Name.Name
			}
			if lines > maxFuncLines {
				t.Errorf("%s:%s: %d lines, want at most %d", name, fd.Name.Name, lines, maxFuncLines)
			}
		}
	})
	for room, n := range total {
		if n > maxPkgLines {
			t.Errorf("%s: %d lines, want at most %d", room, n, maxPkgLines)
		}
	}
	t.Logf("longest function: %d lines at %s", longest, at)
}

// TestHouseManners refuses what hides state or time: init functions, the machine's
// clock outside app, leaving the process outside cmd, and skipped tests.
func TestHouseManners(t *testing.T) {
	eachFile(t, true, func(p *pkg, name string, _ []byte, fset *token.FileSet, file *ast.File) {
		test := strings.HasSuffix(name, "_test.go")
		for _, d := range file.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Recv == nil && fd.Name.Name == "init" {
				t.Errorf("%s: init functions are forbidden; wire in app", name)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			at := name + ":" + strconv.Itoa(fset.Position(sel.Pos()).Line)
			switch call := x.Name + "." + sel.Sel.Name; {
			case call == "time.Now" && !test && !slices.Contains(clockRooms, p.room()):
				t.Errorf("%s: only the transaction and app know the time", at)
			case (call == "os.Exit" || call == "log.Fatal") && !test && !strings.HasPrefix(p.room(), "cmd/"):
				t.Errorf("%s: only cmd leaves the process", at)
			case strings.HasPrefix(call, "t.Skip"):
				t.Errorf("%s: a skipped test hides what it does not test", at)
			}
			return true
		})
	})
}

// TestHouseFuzz: every package that parses what comes from outside has a fuzz target.
func TestHouseFuzz(t *testing.T) {
	parse := []string{"bundle", "internal/lang", "internal/lang/ident", "internal/keys", "internal/backup", "internal/ledger", "internal/intake", "internal/intake/extract",
		"internal/intake/quote", "internal/record/edtf", "internal/release/quotation", "internal/followup/table", "internal/web"}
	has := map[string]bool{}
	eachFile(t, true, func(p *pkg, name string, _ []byte, _ *token.FileSet, file *ast.File) {
		for _, d := range file.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fd.Name.Name, "Fuzz") {
				has[p.room()] = true
			}
		}
	})
	for _, room := range parse {
		if !has[room] {
			t.Errorf("%s parses what comes from outside and has no fuzz target", room)
		}
	}
}

// TestHouseGlossary: each room's nouns stand in GLOSSARY.md. The word is that of the
// ledger kind, so both are held against it.
func TestHouseGlossary(t *testing.T) {
	glossary, err := os.ReadFile("GLOSSARY.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, line := range strings.Split(string(glossary), "\n") {
		if w, ok := strings.CutPrefix(line, "### "); ok {
			words[strings.ToLower(w)] = true
		}
	}
	eachFile(t, false, func(p *pkg, name string, _ []byte, fset *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			key, ok := kv.Key.(*ast.Ident)
			value, isString := kv.Value.(*ast.BasicLit)
			if !ok || key.Name != "Kind" || !isString || value.Kind != token.STRING {
				return true
			}
			noun, verb, ok := strings.Cut(strings.Trim(value.Value, `"`), ".")
			if ok && verb != "" && !words[strings.ReplaceAll(noun, "-", " ")] {
				t.Errorf("%s:%d: ledger kind %q has no entry %q in GLOSSARY.md", name, fset.Position(kv.Pos()).Line, strings.Trim(value.Value, `"`), strings.ReplaceAll(noun, "-", " "))
			}
			return true
		})
	})
}

// TestHouseReadme: the README is short, names the two commands, and the documents it
// leads to are there.
func TestHouseReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(readme), "\n"); n > 120 {
		t.Errorf("README.md has %d lines, want at most 120", n)
	}
	for _, want := range []string{"go run ./cmd/heed demo", "./test"} {
		if !strings.Contains(string(readme), want) {
			t.Errorf("README.md does not name the command %q", want)
		}
	}
	for _, doc := range []string{"ARCHITECTURE.md", "THREAT_MODEL.md", "FORMAT.md", "GLOSSARY.md", "DEPENDENCIES.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/MEASURED.md", "LICENSE"} {
		if _, err := os.Stat(doc); err != nil {
			t.Errorf("%s is missing", doc)
		}
	}
}

// TestHouseThreatModel: every test that THREAT_MODEL.md names exists, so that no
// promise rests on a test that was renamed or removed.
func TestHouseThreatModel(t *testing.T) {
	model, err := os.ReadFile("THREAT_MODEL.md")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	eachFile(t, true, func(_ *pkg, _ string, _ []byte, _ *token.FileSet, file *ast.File) {
		for _, d := range file.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok {
				have[fd.Name.Name] = true
			}
		}
	})
	named := 0
	for _, word := range strings.FieldsFunc(string(model), func(r rune) bool { return r == '`' || r == ' ' || r == '\n' || r == ',' || r == '|' }) {
		if strings.HasPrefix(word, "Test") || strings.HasPrefix(word, "Fuzz") {
			named++
			if !have[word] {
				t.Errorf("THREAT_MODEL.md names %s, which does not exist", word)
			}
		}
	}
	if named < 9 {
		t.Errorf("THREAT_MODEL.md names %d tests; each promise needs one", named)
	}
}
