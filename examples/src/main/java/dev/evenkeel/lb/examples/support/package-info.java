/** What the examples need around the library: servers, users, a table, and the checks at the end. */
@NullMarked
package dev.evenkeel.lb.examples.support;

import org.jspecify.annotations.NullMarked;
