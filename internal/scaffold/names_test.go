package scaffold

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, exported, unexported, file string }{
		{"close-stale", "CloseStale", "closeStale", "close_stale"},
		{"id", "ID", "id", "id"},
		{"userId", "UserID", "userID", "userId"},
		{"createdAt", "CreatedAt", "createdAt", "createdAt"},
		{"sourceURL", "SourceURL", "sourceURL", "sourceURL"},
		{"url-check", "URLCheck", "urlCheck", "url_check"},
		{"check-url-2", "CheckURL2", "checkURL2", "check_url_2"},
		{"smoke-test", "SmokeTest", "smokeTest", "smoketest"},
		{"build-linux-amd64", "BuildLinuxAmd64", "buildLinuxAmd64", "build_linuxamd64"},
		{"linux", "Linux", "linux", "linux"},
	} {
		same(t, test.name, exported(test.name), test.exported)
		same(t, test.name, unexported(test.name), test.unexported)
		same(t, test.name, fileOf(test.name), test.file)
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ field, property, goField string }{
		{"source:string", "source: { type: string }", "Source string"},
		{"limit:integer?", "limit: { type: integer }", "Limit *int64"},
		{"limit:integer=-20", "limit: { type: integer, default: -20 }", "Limit int64"},
		{"rate:number=-0.50", "rate: { type: number, default: -0.50 }", "Rate float64"},
		{"force:boolean=true", "force: { type: boolean, default: true }", "Force bool"},
		{"ids:string[]", "ids: { type: array, items: { type: string } }", "Ids []string"},
		{"ids:integer[]?", "ids: { type: array, items: { type: integer } }", "Ids []int64"},
		{"state:string=open", "state: { type: string, default: open }", "State string"},
		{"state:string=a=b, c", `state: { type: string, default: "a=b, c" }`, "State string"},
		{"state:string=true", `state: { type: string, default: "true" }`, "State string"},
		{"state:string=", `state: { type: string, default: "" }`, "State string"},
		{"no:string?", `"no": { type: string }`, "No *string"},
	} {
		f, err := parseField(test.field)
		if err != nil {
			t.Errorf("%s: %v", test.field, err)
			continue
		}
		same(t, test.field, f.property(), test.property)
		same(t, test.field, f.goName+" "+f.goType(), test.goField)
	}
	huge := strings.Repeat("9", 309) + ".0"
	for field, want := range map[string]string{
		"limit":                          "it has no type",
		"limit:int":                      "int is no type",
		":string":                        "an empty text is no name",
		"a-b:string":                     "a-b is no name",
		"A:string":                       "A is no name",
		"a:string?=x":                    "a field with a default may be left out anyway",
		"a:string[]=x":                   "a list takes no default",
		"a:integer=1.5":                  "1.5 is no integer",
		"a:integer=":                     "an empty text is no integer",
		"a:integer=99999999999999999999": "99999999999999999999 is no integer",
		"a:integer=010":                  "010 is no integer",
		"a:integer=+1":                   "+1 is no integer",
		"a:integer=-0":                   "-0 is no integer",
		"a:number=NaN":                   "NaN is no number",
		"a:number=1e300":                 "1e300 is no number", // a manifest has no exponents
		"a:number=.5":                    ".5 is no number",
		"a:number=99999999999999999999":  "99999999999999999999 is no number",
		"a:number=" + huge:               huge + " is no number",
		"a:boolean=yes":                  "yes is no boolean",
		"a:string=\x1b":                  "\x1b is no string",
	} {
		_, err := parseField(field)
		if err == nil || err.Error() != "--field "+field+": "+want {
			t.Errorf("%s: got %v, want %s", field, err, want)
		}
	}
}
