/**
 * The parameter server: tables of weights, sharded over actors, that many workers push to and pull
 * from.
 *
 * <p>Stands on the public API alone and never touches {@code io.mobula.internal}.
 */
@NullMarked
package io.mobula.ps;

import org.jspecify.annotations.NullMarked;
