package manifest

import "time"

// The types below are the format: beignet.yaml decodes into module, a feature file
// into Feature. The yaml tag holds the key and its options:
//
//	required   the key must be there
//	name       a name of one segment: lower case letters, digits and single hyphens
//	dotted     such segments, joined by dots
//	text       may hold more than one line
//	or-one     a list that may also be written as its one item
//	keyed      a mapping whose keys become the items' fields marked key
//	key        the key of this entry in a keyed mapping
//	at         not a key: receives the position of the key's value, or of the entry
//	           itself where no key is named
//
// enum lists the values allowed, default what a missing key becomes, min and max
// the bounds of a number.

// module is beignet.yaml.
type module struct {
	Name         string        `yaml:"name,required,name"`
	Features     []string      `yaml:"features,required,or-one"` // paths or globs, relative to the file
	FeaturesAt   []Position    `yaml:"features,at"`
	Environments []Environment `yaml:"environments,keyed"`
}

// Feature is one feature file. File is its path in the file system that was loaded.
type Feature struct {
	Name   string   `yaml:"feature,required,name"`
	NameAt Position `yaml:"feature,at"`
	File   string
	Tasks  []Task `yaml:"tasks"`
}

// Task is one entry of a feature file. Where a diagnostic refuses a value, the
// field is zero; a task without a usable name is left out of the manifest.
type Task struct {
	Name        string        `yaml:"name,required,dotted"` // begins with the feature's name and a dot
	Feature     string        // the name of the feature that holds it
	Description string        `yaml:"description,required"`
	Help        string        `yaml:"help,text"`
	Handler     string        `yaml:"handler,required"` // the id of a compiled-in handler
	Effect      Effect        `yaml:"effect,required" enum:"read,write,destructive"`
	Aliases     []string      `yaml:"aliases,dotted"` // other names that find the task
	Deprecated  string        `yaml:"deprecated"`     // why, and what to use instead
	Timeout     time.Duration `yaml:"timeout"`        // 0: none
	Batch       Batch         `yaml:"batch"`
	OnError     OnError       `yaml:"onError" enum:"stop,skip" default:"stop"`
	MaxFailures *MaxFailures  `yaml:"maxFailures"` // nil unless OnError is skip
	Tenant      TenantRule    `yaml:"tenant" enum:"required,optional,none" default:"optional"`
	Lock        []string      `yaml:"lock,or-one"` // as written; empty: the default is the runner's
	Input       Schema        `yaml:"input"`       // {"type":"object"} where none is given
	Output      Schema        `yaml:"output"`      // JSON is nil where none is given
	Examples    []Example     `yaml:"examples"`

	NameAt        Position   `yaml:"name,at"`
	HandlerAt     Position   `yaml:"handler,at"`
	AliasesAt     []Position `yaml:"aliases,at"` // one for each alias
	BatchAt       Position   `yaml:"batch,at"`
	OnErrorAt     Position   `yaml:"onError,at"`
	MaxFailuresAt Position   `yaml:"maxFailures,at"`
	LockAt        Position   `yaml:"lock,at"`
}

// Effect is what a task does to the data.
type Effect string

// The effects, from harmless to irreversible.
const (
	EffectRead        Effect = "read"
	EffectWrite       Effect = "write"
	EffectDestructive Effect = "destructive"
)

// OnError is what becomes of a run when an item fails.
type OnError string

// The rules for a failing item: it ends the run, or is kept aside and counted
// against MaxFailures.
const (
	OnErrorStop OnError = "stop"
	OnErrorSkip OnError = "skip"
)

// TenantRule is whether a run names a tenant.
type TenantRule string

// The rules for a tenant.
const (
	TenantRequired TenantRule = "required"
	TenantOptional TenantRule = "optional"
	TenantNone     TenantRule = "none"
)

// Batch is how a batched handler is driven.
type Batch struct {
	Size int `yaml:"size" min:"1" max:"100000"` // items; 0: the runner's default
}

// MaxFailures is how many items may fail before a run that skips them stops. One
// of its fields is zero; both are where none may fail.
type MaxFailures struct {
	Count int64   // written as a number
	Share float64 // written as "5%", kept as 0.05
}

// Example is one input that a person can try.
type Example struct {
	Description string   `yaml:"description"`
	Input       []byte   `yaml:"input"` // a JSON object; {} where none is given
	At          Position `yaml:",at"`
}

// Environment is one entry of environments. Database and State are as written: a
// name such as $DATABASE_URL is not looked up here.
type Environment struct {
	Name      string     `yaml:",key,name"`
	Protected bool       `yaml:"protected"`
	Database  string     `yaml:"database"`
	State     string     `yaml:"state"`
	Tenant    TenantRule `yaml:"tenant" enum:"required,optional,none"` // empty: left to the task
	Expect    Expect     `yaml:"expect"`
	At        Position   `yaml:",at"`
}

// Expect is what an environment must turn out to be before anything is written.
type Expect struct {
	Database string `yaml:"database"` // the database's own name; empty: any
}
