/** One client in front of several services. */
@NullMarked
package dev.evenkeel.lb.routing;

import org.jspecify.annotations.NullMarked;
