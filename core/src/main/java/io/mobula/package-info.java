/**
 * The vocabulary of Mobula: tasks, actors, refs, resources and placement, as a program sees them.
 *
 * <p>Owns no thread and no memory; everything here is a value or an interface. The implementation
 * is found by {@link java.util.ServiceLoader} and lives below {@code io.mobula.internal}, which no
 * user calls.
 */
@NullMarked
package io.mobula;

import org.jspecify.annotations.NullMarked;
