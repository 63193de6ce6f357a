package manifest

import "time"

// The types below are the format: beignet.yaml decodes into module, a feature file
// into Feature. The yaml tag holds the key and its options:
//
//	required   the key must be there
//	name       a name of one segment: lower case letters, digits and single hyphens
//	dotted     such segments, joined by dots
//	text       may hold more than one line
//	variable   may begin with a $, before the name of a variable
//	or-one     a list that may also be written as its one item
//	keyed      a mapping whose keys become the items' fields marked key
//	key        the key of this entry in a keyed mapping
//	at         not a key: receives the position of the key's value, or of the entry
//	           itself where no key is named
//
// enum lists the values allowed, default what a missing key becomes, min and max
// the bounds of a number. doc, which comes last, is for who writes the file: editors
// show it by the schemas, and docs/manifest.md has it.

// module is beignet.yaml.
type module struct {
	Name         string        `yaml:"name,required,name" doc:"The program's name. Another program passes this file by."`
	Features     []string      `yaml:"features,required,or-one" doc:"The feature files: paths or globs such as features/*/tasks.yaml, relative to this file."`
	FeaturesAt   []Position    `yaml:"features,at"`
	Environments []Environment `yaml:"environments,keyed" doc:"Where tasks run, by name: --env chooses one, and local is the default."`
}

// Feature is one feature file. File is its path in the file system that was loaded.
type Feature struct {
	Name   string   `yaml:"feature,required,name" doc:"The feature's name. The names of its tasks begin with it and a dot."`
	NameAt Position `yaml:"feature,at"`
	File   string
	Tasks  []Task `yaml:"tasks" doc:"The tasks, in the order in which they are listed."`
}

// Task is one entry of a feature file. Where a diagnostic refuses a value, the
// field is zero; a task without a usable name is left out of the manifest.
type Task struct {
	Name        string        `yaml:"name,required,dotted" doc:"What the task is run by, such as issues.close-stale. It begins with the feature's name and a dot."`
	Feature     string        // the name of the feature that holds it
	Description string        `yaml:"description,required" doc:"What the task does, in one line."`
	Help        string        `yaml:"help,text" doc:"What there is to know before it is run, in as many lines as it takes."`
	Handler     string        `yaml:"handler,required" doc:"The id of the compiled-in handler that does the work. Tasks may share one."`
	Effect      Effect        `yaml:"effect,required" enum:"read,write,destructive" doc:"What the task does to the data: it reads, it writes, or it destroys."`
	Aliases     []string      `yaml:"aliases,dotted" doc:"Other names that find the task, such as those it once had."`
	Deprecated  string        `yaml:"deprecated" doc:"Why the task should no longer be run, and what to use in its place."`
	Timeout     time.Duration `yaml:"timeout" doc:"How long the handler may take, such as 30m. Without it there is no limit."` // 0: none
	Batch       Batch         `yaml:"batch" doc:"How a handler that works in batches is driven. A one-shot must not have it."`
	Throttle    Throttle      `yaml:"throttle" doc:"What keeps a run from being a burden to others. A one-shot must not have it."`
	OnError     OnError       `yaml:"onError" enum:"stop,skip" default:"stop" doc:"What becomes of a run when an item fails: it stops, or it keeps the item aside and goes on, which needs maxFailures and a handler that works in batches."`
	MaxFailures *MaxFailures  `yaml:"maxFailures" doc:"How many items may fail before a run that skips them stops: a number, or a share such as 5%, which is judged from 1,000 items on."`                                 // nil unless OnError is skip
	MaxChanges  *MaxChanges   `yaml:"maxChanges" doc:"How much a run may change before it is stopped: a number, or a share such as 5% of the items that its handler counts. The batch that would pass it is rolled back."` // nil: anything
	Tenant      TenantRule    `yaml:"tenant" enum:"required,optional,none" default:"optional" doc:"Whether a run names a tenant: it must, it may, or it must not."`
	Lock        []string      `yaml:"lock,or-one" doc:"What the task works on, as one name or several, such as table:issues; {{field}} stands for a field of the input. Two runs that share a name are never at work together. Without it a task that writes has its own name, and one that reads has none; so has none, for a task that reads."` // as written; empty: the default is the runner's
	Input       Schema        `yaml:"input" doc:"JSON Schema (2020-12) of the input, which is an object. Without it the task takes none."`                                                                                                                                                                                                        // {"type":"object"} where none is given
	Output      Schema        `yaml:"output" doc:"JSON Schema (2020-12) of the result. A result that breaks it fails the run."`                                                                                                                                                                                                                   // JSON is nil where none is given
	Examples    []Example     `yaml:"examples" doc:"Inputs to try. beignet check holds them to the input schema."`

	NameAt        Position   `yaml:"name,at"`
	HandlerAt     Position   `yaml:"handler,at"`
	AliasesAt     []Position `yaml:"aliases,at"` // one for each alias
	BatchAt       Position   `yaml:"batch,at"`
	ThrottleAt    Position   `yaml:"throttle,at"`
	OnErrorAt     Position   `yaml:"onError,at"`
	MaxFailuresAt Position   `yaml:"maxFailures,at"`
	MaxChangesAt  Position   `yaml:"maxChanges,at"`
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
	Size             int           `yaml:"size" min:"1" max:"100000" doc:"Items a batch. Without it 1,000."`                                                                                                                                        // 0: the runner's default
	Target           time.Duration `yaml:"target" doc:"How long a batch is to take, such as 500ms: the next has more items or fewer, beginning with size. Without it they stay the same."`                                                          // 0: none
	Max              int           `yaml:"max" min:"1" max:"100000" doc:"The most items of a batch that is adapted to its target. Without it ten times its size."`                                                                                  // 0: the runner's default
	LockTimeout      time.Duration `yaml:"lockTimeout" doc:"How long a batch waits for a lock of the database that another holds, before it is rolled back and tried again with half its items. Without it 5s."`                                    // 0: the runner's default
	IdleTimeout      time.Duration `yaml:"idleTimeout" doc:"How long a server leaves a batch's transaction alone between two statements, before it ends it and its locks. Without it 30s."`                                                         // 0: the runner's default
	StatementTimeout time.Duration `yaml:"statementTimeout" doc:"How long one statement of a batch may take on a server, before the batch is rolled back and tried again with half its items. Without it ten times target, and none without that."` // 0: the runner's default
}

// Throttle is what keeps a run from being a burden to others.
type Throttle struct {
	Rate  int           `yaml:"rate" min:"1" max:"1000000000" doc:"Items a second at most."` // 0: any
	Pause time.Duration `yaml:"pause" doc:"How long to wait between two batches."`
	Probe Probe         `yaml:"probe" doc:"What to ask the database before a batch."`
}

// Probe is a question to the database whose answer lets the next batch begin.
type Probe struct {
	Query    string        `yaml:"query,required,text" doc:"A statement that reads one number, such as the seconds that a replica lags."` // empty: there is no probe
	Limit    int           `yaml:"limit,required" min:"0" max:"1000000000" doc:"The most that the number may be. While it is above, and while there is no answer, the run waits. A query that the database refuses ends it."`
	Every    time.Duration `yaml:"every" doc:"How often to ask. Without it every 5s."`                                                                      // 0: the runner's default
	Patience time.Duration `yaml:"patience" doc:"How long to wait for a number within the limit, before the run stops and can be resumed. Without it 10m."` // 0: the runner's default
}

// MaxFailures is how many items may fail before a run that skips them stops. One
// of its fields is zero; both are where none may fail.
type MaxFailures struct {
	Count int64   // written as a number
	Share float64 // written as "5%", kept as 0.05
}

// Example is one input that a person can try.
type Example struct {
	Description string   `yaml:"description" doc:"What it is an example of."`
	Input       []byte   `yaml:"input" doc:"The input. Without it, {}."` // a JSON object
	At          Position `yaml:",at"`
}

// Environment is one entry of environments. Database and State are as written: a
// name such as $DATABASE_URL is not looked up here.
type Environment struct {
	Name         string      `yaml:",key,name"`
	Protected    bool        `yaml:"protected" doc:"Whether this environment holds data that must not be lost."`
	Database     string      `yaml:"database,variable" doc:"The database of the data, or the variable that holds its address, such as $DATABASE_URL. Without it the program's own variable, such as BEIGNET_DATABASE."`
	State        string      `yaml:"state,variable" doc:"The folder or database of runs and audit, or the variable that holds its address. Without it the program's own variable, such as BEIGNET_STATE; local alone has a default."`
	Tenant       TenantRule  `yaml:"tenant" enum:"required,optional,none" doc:"Whether a run here names a tenant. Without it the task says so."` // empty: left to the task
	Expect       Expect      `yaml:"expect" doc:"What the environment must turn out to be before anything is written."`
	MaxChanges   *MaxChanges `yaml:"maxChanges" doc:"How much a run here may change, as a task has it. Of the two the tighter holds. A task whose handler is registered with Handle does not tell what it changes, and is not bounded."`
	MaxChangesAt Position    `yaml:"maxChanges,at"`
	At           Position    `yaml:",at"`
}

// Expect is what an environment must turn out to be before anything is written.
type Expect struct {
	Database string `yaml:"database" doc:"The database's own name. Without it, any."` // empty: any
}
