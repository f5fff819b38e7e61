/** Reading a pool: snapshots, explanations, events. */
@NullMarked
package dev.evenkeel.lb.observe;

import org.jspecify.annotations.NullMarked;
