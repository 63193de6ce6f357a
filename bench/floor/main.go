// Command floor does nothing: the reference that start-up is measured against.
package main

func main() {}
