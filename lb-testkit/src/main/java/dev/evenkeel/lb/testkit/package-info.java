/** What tests of code around a load balancer need: time to move by hand, candidates, servers that fail on demand, contracts. */
@NullMarked
package dev.evenkeel.lb.testkit;

import org.jspecify.annotations.NullMarked;
