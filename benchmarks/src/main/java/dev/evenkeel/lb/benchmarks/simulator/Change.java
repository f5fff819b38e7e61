package dev.evenkeel.lb.benchmarks.simulator;

/** That a client takes a server out, or back. */
record Change(long nanos, int client, int server, boolean out) {}
