/** What keeps a service from being asked more than it can bear: the purse of extra calls, and how long answers take. */
@NullMarked
package dev.evenkeel.lb.admission;

import org.jspecify.annotations.NullMarked;
