package runner

import "fmt"

// local is the environment of a target that names none.
const local = "local"

// onlyLocal refuses every other environment.
func onlyLocal(environment string) error {
	if environment == "" || environment == local {
		return nil
	}
	return &Error{
		Code: CodeConfig, Message: fmt.Sprintf("environment %s cannot be used yet: only local can", environment),
		Hint: "leave --env out",
	}
}
