//go:build soak

package main

// How much is tried with the tag soak, which is for a night.
const (
	killsInAll    = 10_000
	killsOnServer = 2000
	serverKills   = 200
	faultsOfEach  = 1_000_000 // all of them
	signalsOfEach = 100
	lossesOfEach  = 1_000_000
	lossesAtEach  = 30
)
