using AppProxy.Contracts.Frames;
using AppProxy.Tests.Contracts.Frames.Models;

namespace AppProxy.Tests.Contracts.Frames.Golden;

/// <summary>What the approved bytes of each version mean. Entries of an old version are never changed: it must stay readable.</summary>
internal static class GoldenMessages
{
    private static readonly ExchangeId Exchange = new(0x0011223344556677, 0x8899aabbccddeeff);
    private static readonly ExchangeId Other = new(0xf0e1d2c3b4a59687, 0x78695a4b3c2d1e0f);
    private static readonly Attempt Unclaimed = new(Send: 1, Nonce: 0);
    private static readonly Attempt Attempt = new(Send: 1, Nonce: 0xdeadbeef);
    private static readonly Guid ReplySession = new("01020304-0506-0708-090a-0b0c0d0e0f10");
    private static readonly Guid UplinkSession = new("a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf");

    public static IReadOnlyDictionary<string, FrameModel[]> Of(string version) => version switch
    {
        "v1" => V1,
        _ => throw new InvalidOperationException($"Nobody has said what the approved bytes of {version} mean."),
    };

    private static readonly Dictionary<string, FrameModel[]> V1 = new()
    {
        ["empty"] = [],
        ["request-head"] =
        [
            new RequestHeadModel(new(Exchange, Unclaimed, 0), FrameFlags.Replayable | FrameFlags.Https)
            {
                ReplySession = ReplySession,
                Deadline = 1_767_225_600_000,
                ResponseHeadTimeout = 85_000,
                IdleTimeout = 180_000,
                ResponseWindow = 262_144,
                SettingsVersion = 42,
                AppId = "7f3c1f0a-wiki",
                ClientAddress = "2001:db8::7",
                TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                TraceState = "vendor=value",
                Assertion = "header.payload.signature",
                ClientConnection = "5f1c",
                Method = "GET",
                Target = "/a%20page?q=%C3%BC&x=1",
                Fields = new(("Host", "wiki.example.com"), ("accept", "*/*"), ("Accept", "text/html"), ("X-Latin", "caf\u00e9"), ("X-Empty", "")),
            },
        ],
        ["request-head-upgrade"] =
        [
            new RequestHeadModel(new(Exchange, Unclaimed, 0), FrameFlags.Upgrade | FrameFlags.Body)
            {
                ReplySession = ReplySession,
                ResponseWindow = 16_384,
                AppId = "chat",
                Target = "/socket",
                Fields = new(("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")),
            },
        ],
        ["head-continuation"] = [new HeadContinuationModel(new(Exchange, Attempt, 3), FrameFlags.Continued, "alue of a field that was cut")],
        ["claim"] = [new ClaimModel(new(Exchange, Attempt, 0), new ClaimPayload(UplinkSession, 262_144))],
        ["response-head"] =
        [
            new ResponseHeadModel(
                new(Exchange, Attempt, 1),
                FrameFlags.None,
                UplinkSession,
                404,
                "Not Here",
                new(("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Long", new string('v', 130)))),
        ],
        ["response-head-interim"] = [new ResponseHeadModel(new(Exchange, Attempt, 0), FrameFlags.Interim, UplinkSession, 103, "", new(("Link", "</a.css>")))],
        ["data"] = [new DataModel(new(Exchange, Attempt, 2), 65_536, "hello \0\u00ff")],
        ["data-empty"] = [new DataModel(new(Exchange, Attempt, 1), 0, "")],
        ["end"] = [new EndModel(new(Exchange, Attempt, 3), 65_544, new(("Grpc-Status", "0"), ("Grpc-Message", "")))],
        ["window"] = [new WindowModel(new(Exchange, Attempt, uint.MaxValue), 4_398_046_511_104)],
        ["reset"] = [new ResetModel(new(Exchange, Attempt, 4), 300)],
        ["reset-unreachable-here"] = [new ResetModel(new(Exchange, Attempt, 4), 400, FrameFlags.UnreachableHere)],
        ["heartbeat"] =
        [
            new HeartbeatModel(
                HeartbeatModel.Beat(7),
                FrameFlags.Continued,
                UplinkSession,
                1_767_225_600_123,
                new HeartbeatEntry(Exchange, Attempt, 5, 65_544, 12),
                new HeartbeatEntry(Other, new Attempt(2, 1), 1, 0, long.MaxValue)),
            new HeartbeatModel(HeartbeatModel.Beat(7), FrameFlags.None, UplinkSession, 1_767_225_600_123),
        ],
        ["mixed"] =
        [
            new ResponseHeadModel(new(Exchange, Attempt, 0), FrameFlags.Complete, UplinkSession, 200, "OK", new(("Content-Length", "5"))),
            new DataModel(new(Exchange, Attempt, 1), 0, "hello"),
            new EndModel(new(Exchange, Attempt, 2), 5, new()),
            new WindowModel(new(Other, new Attempt(2, 1), 9), 300_000),
            new ResetModel(new(Other, new Attempt(2, 1), 10), 1),
        ],
    };
}
