namespace AppProxy.Gateway.Commands;

/// <summary>A command cannot do what it was asked, for a reason that the message tells in one line with what to do.</summary>
internal sealed class CommandException(string message, Exception? innerException = null) : Exception(message, innerException);
