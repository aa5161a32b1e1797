/**
 * Worker clocks: how many steps each worker of a table has ended, and which push was its last. Pure
 * logic without actors; callers pass the time in.
 */
@NullMarked
package io.mobula.ps.internal.clock;

import org.jspecify.annotations.NullMarked;
