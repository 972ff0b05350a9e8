namespace AppProxy.Connector.Enrollment;

/// <summary>The connector cannot become, or be, who it should. The message is one line for the operator, complete with what to do.</summary>
internal sealed class EnrollmentException(string message, Exception? innerException = null) : Exception(message, innerException);
