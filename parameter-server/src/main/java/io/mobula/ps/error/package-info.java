/** Exceptions of the parameter server: one sealed family. */
@NullMarked
package io.mobula.ps.error;

import org.jspecify.annotations.NullMarked;
