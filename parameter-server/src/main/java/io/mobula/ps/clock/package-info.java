/**
 * Consistency rules and worker clocks: how many steps the workers of a table may be apart. Pure
 * logic without actors; callers pass the time in.
 */
@NullMarked
package io.mobula.ps.clock;

import org.jspecify.annotations.NullMarked;
