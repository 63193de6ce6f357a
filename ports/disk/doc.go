// Package disk reaches the files of this machine: [New] is a ports.Files.
//
// A file that is written appears whole under its name or not at all. Standard
// input is first copied to a file, so that a run which reads it can be resumed.
// Symbolic links are followed.
package disk
