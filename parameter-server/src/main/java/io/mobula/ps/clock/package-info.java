/**
 * How far the workers of a table may be apart: the rule, and the clocks it is about. Pure: no
 * actors, no time of day.
 */
@NullMarked
package io.mobula.ps.clock;

import org.jspecify.annotations.NullMarked;
