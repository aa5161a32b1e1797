/** Consistency rule of a table, which says how many steps its workers may be apart. */
@NullMarked
package io.mobula.ps.clock;

import org.jspecify.annotations.NullMarked;
