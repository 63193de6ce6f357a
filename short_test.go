//go:build !soak

package main

// How much is tried where every change is tested. The tag soak asks for more.
const (
	killsInAll    = 200
	killsOnServer = 40 // with the state in a file, and as many with it there
	serverKills   = 20
	faultsOfEach  = 40 // points of each kind of fault
	signalsOfEach = 10
	lossesOfEach  = 25 // moments at which the power goes
	lossesAtEach  = 1  // beside the loss of everything
)
