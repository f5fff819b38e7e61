/** Programs to run and to copy from. Start at {@link dev.evenkeel.lb.examples.QuickStart}. */
@NullMarked
package dev.evenkeel.lb.examples;

import org.jspecify.annotations.NullMarked;
