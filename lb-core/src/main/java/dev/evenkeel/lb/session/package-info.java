/** The tokens by which sticky sessions are continued elsewhere, and how HTTP carries them. */
@NullMarked
package dev.evenkeel.lb.session;

import org.jspecify.annotations.NullMarked;
